import { statSync } from 'node:fs'
import { createRequire, wrap } from 'node:module'
import { dirname, join } from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'
import { readBytes, readText } from '../files/reading.js'
import { cacheDirectory } from '../native/locate.js'

/**
 * Evaluates a CommonJS bundle with the code that V8 compiled in an earlier run of the same command, and keeps it for the
 * next where there is none. Half of the time of a short command is compiling otherwise. A cache that cannot be read or
 * written costs that time and changes nothing else. The bundle must not import: code from a cache has no loader (on Node 20 it
 * has one on the first run alone, when it is compiled). Returns what it exports.
 */
export function loadCached(program: string, command: string): unknown {
  const cache = cacheFile(program, command)
  const identity = identityOf(program)
  const cachedData = readCode(cache, identity)
  const options = { filename: program, ...(cachedData ? { cachedData } : {}) }
  const script = new Script(wrap(readText(program)), options)
  const module = { exports: {} }
  script.runInThisContext()(module.exports, createRequire(program), module, program, dirname(program))
  if (!cachedData || script.cachedDataRejected === true)
    process.once('beforeExit', () => void writeCode(cache, identity, script))
  return module.exports
}

/** By version and flags of V8; the functions that a command needs are its own. */
function cacheFile(program: string, command: string): string {
  return join(cacheDirectory(), 'code', program, `${command}-${process.version}-${cachedDataVersionTag()}`)
}

/** Another build has another time or size. 16 bytes that stand before the code. */
function identityOf(program: string): Buffer {
  const { mtimeMs, size } = statSync(program)
  const identity = Buffer.alloc(16)
  identity.writeDoubleLE(mtimeMs, 0)
  identity.writeDoubleLE(size, 8)
  return identity
}

function readCode(cache: string, identity: Buffer): Buffer | undefined {
  try {
    const content = readBytes(cache)
    return content.subarray(0, identity.length).equals(identity) ? content.subarray(identity.length) : undefined
  } catch {
    return undefined
  }
}

async function writeCode(cache: string, identity: Buffer, script: Script): Promise<void> {
  try {
    const [{ replaceContent }, { makeDirectory }] = await Promise.all([
      import('../files/replace.js'),
      import('../files/writing.js'),
    ])
    makeDirectory(dirname(cache))
    replaceContent(cache, Buffer.concat([identity, script.createCachedData()]))
  } catch {
    // A home that cannot be written, a full disk: the next run compiles again.
  }
}
