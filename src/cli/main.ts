#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { runCached } from './code-cache.js'

const [first = ''] = process.argv.slice(2)
runCached(fileURLToPath(new URL('./program.js', import.meta.url)), /^[a-z]+$/.test(first) ? first : 'help')
