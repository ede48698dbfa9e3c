import { readFileSync, statSync } from 'node:fs'
import { createRequire, wrap } from 'node:module'
import { dirname, join } from 'node:path'
import { cachedDataVersionTag } from 'node:v8'
import { constants, Script } from 'node:vm'
import { cacheDirectory } from '../native/locate.js'

/** Commands that end before a start matters. Node loses the import of a cached script that runs for long (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING). */
const shortCommands: ReadonlySet<string> = new Set(['check', 'doc', 'explain', 'fmt', 'help'])

/**
 * Runs a CommonJS bundle with the code that V8 compiled in an earlier run of the same command, and keeps it for the next
 * where there is none. Half of the time of a short command is compiling otherwise. A cache that cannot be read or written
 * costs that time and changes nothing else.
 */
export function runCached(program: string, command: string): void {
  const require = createRequire(program)
  // Node 20.12 and newer: without it a cached script could not import.
  const importModuleDynamically = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER
  if (importModuleDynamically === undefined || !shortCommands.has(command)) {
    require(program)
    return
  }
  const cache = cacheFile(program, command)
  const identity = identityOf(program)
  const cachedData = readCode(cache, identity)
  const options = { filename: program, importModuleDynamically, ...(cachedData ? { cachedData } : {}) }
  const script = new Script(wrap(readFileSync(program, 'utf8')), options)
  const module = { exports: {} }
  script.runInThisContext()(module.exports, require, module, program, dirname(program))
  if (cachedData && script.cachedDataRejected !== true) return
  process.once('beforeExit', () => void writeCode(cache, identity, script))
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
    const content = readFileSync(cache)
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
