#!/usr/bin/env node
import { fileURLToPath } from 'node:url'
import { loadCached } from './code-cache.js'

const args = process.argv.slice(2)
const [first = ''] = args
const bundle = fileURLToPath(new URL('./program.js', import.meta.url))
const program = loadCached(bundle, /^[a-z]+$/.test(first) ? first : 'help') as typeof import('./program.js')
// React and Ink are loaded only where they draw.
program.runProgram(args, () => import('../ui/mount.js'))
