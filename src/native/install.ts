import { cp, mkdir, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hashFile } from '../files/hash.js'
import { setOwn } from '../source/own.js'
import { type CommandOptions, ProvisionError, runCommand } from './commands.js'
import { hashJavaScript } from './javascript-hash.js'
import { type EngineLocation, type EngineManifest, enginesDirectory, listEngines, manifestFile } from './locate.js'
import {
  bindingVersion,
  type Device,
  engineName,
  findRelease,
  type Release,
  tensorflowVersion,
  thisPlatform,
  wheelPythonVersion,
} from './releases.js'
import { abandonedStaging, makeStaging, removeStaging } from './staging.js'

export interface InstallProgress {
  readonly step: 'download' | 'check' | 'unpack' | 'packages' | 'compile' | 'verify'
  /** What is being done, in words. */
  readonly message: string
  /** 0 to 1 where it is known. */
  readonly share?: number
}

export interface InstallOptions {
  readonly device: Device
  /** Folder with `package.json`, `package-lock.json`, `requirements-cuda.txt` and `extract_wheel.py` of the engine. */
  readonly recipe: string
  readonly onProgress: (progress: InstallProgress) => void
  readonly environment?: NodeJS.ProcessEnv
  /** Ends the installation: nothing of it is left. It throws `Stopped` then. */
  readonly stop?: AbortSignal
}

/**
 * Makes the native engine: TensorFlow's libraries from the pinned wheel (checked by sha256), the binding's source from
 * npm (checked by the lock file's integrity), compiled here. It is built beside its place and renamed into it, so that an
 * engine is whole or absent; what killed installations left goes first. Returns at once when it is there. Throws `ProvisionError`, `Stopped`.
 */
export async function installEngine(options: InstallOptions): Promise<EngineLocation> {
  const environment = options.environment ?? process.env
  const name = engineName(options.device)
  const existing = listEngines(environment).find((engine) => engine.name === name)
  if (existing) return existing

  const release = findRelease(options.device)
  if (!release) {
    throw new ProvisionError(
      `there is no pinned TensorFlow ${tensorflowVersion} (${options.device}) for ${thisPlatform()}`,
      'use Linux on x86-64 or arm64 (Windows: WSL 2); there is no other engine in this version',
    )
  }
  for (const left of abandonedStaging(environment)) removeStaging(left)
  const staging = await makeStaging(environment)
  try {
    const run: Run = (command, args, of) =>
      runCommand(command, args, { ...of, within: staging, ...(options.stop ? { stop: options.stop } : {}) })
    const wheel = await downloadWheel(release, staging, options.onProgress, run)
    await checkWheel(wheel, release, options.onProgress)
    await installPackages(staging, options, run)
    const files = await placeLibraries(wheel, release, staging, options, run)
    const binding = await compileBinding(staging, release, options.onProgress, run)
    options.onProgress({ step: 'verify', message: 'run one operation on the new engine' })
    await verify(staging, run)
    const manifest: EngineManifest = {
      format: 1,
      name,
      device: options.device,
      tensorflow: tensorflowVersion,
      binding: bindingVersion,
      wheelSha256: release.sha256,
      files: { ...files, [binding]: await hashOf(join(staging, binding)) },
      javascript: await hashJavaScript(join(staging, 'node_modules')),
      bytes: await directoryBytes(staging),
    }
    await writeFile(join(staging, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`)
    const directory = join(enginesDirectory(environment), name)
    await rm(directory, { recursive: true, force: true })
    await rename(staging, directory).catch(async (error: unknown) => {
      // Another process finished the same engine between the two lines above: its work is as good.
      if (!listEngines(environment).some((engine) => engine.name === name)) throw error
    })
    return { directory, name, device: options.device, manifest }
  } finally {
    removeStaging(staging)
  }
}

/** Runs a program of somebody else, which ends with the installation. */
type Run = (command: string, args: readonly string[], options: CommandOptions) => Promise<string>

/** Removes an engine from the cache; false when it was not there. */
export async function removeEngine(name: string, environment: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const engine = listEngines(environment).find((candidate) => candidate.name === name)
  if (!engine) return false
  await rm(engine.directory, { recursive: true, force: true })
  return true
}

const pipHelp =
  'install Python 3 with pip (Debian, Ubuntu: apt-get install python3-pip) and see that it reaches its package index'

async function downloadWheel(
  release: Release,
  staging: string,
  onProgress: InstallOptions['onProgress'],
  run: Run,
): Promise<string> {
  const folder = join(staging, 'wheels')
  await mkdir(folder)
  const message = `TensorFlow ${tensorflowVersion} (${release.device}), ${megabytes(release.wheelBytes)}`
  onProgress({ step: 'download', message, share: 0 })
  // pip writes into its temporary folder until the file is whole: watching that folder is the progress that it does not report.
  const watch = setInterval(() => {
    void directoryBytes(folder).then((bytes) =>
      onProgress({ step: 'download', message, share: Math.min(0.99, bytes / release.wheelBytes) }),
    )
  }, 500)
  try {
    await run(
      'python3',
      ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:']
        .concat(['--no-cache-dir', '--progress-bar', 'off', '--python-version', wheelPythonVersion])
        .concat(['--platform', release.platformTag, '--dest', folder])
        .concat([`${release.distribution}==${tensorflowVersion}`]),
      { help: pipHelp, env: { ...process.env, TMPDIR: folder } },
    )
  } finally {
    clearInterval(watch)
  }
  const wheel = (await readdir(folder)).find((file) => file.endsWith('.whl'))
  if (!wheel) throw new ProvisionError('pip ended well but left no wheel', pipHelp)
  return join(folder, wheel)
}

async function checkWheel(wheel: string, release: Release, onProgress: InstallOptions['onProgress']): Promise<void> {
  onProgress({ step: 'check', message: 'sha256 of the wheel' })
  const found = await hashOf(wheel)
  if (found === release.sha256) return
  throw new ProvisionError(
    `the wheel of TensorFlow ${tensorflowVersion} is not the pinned one: sha256 ${found}, expected ${release.sha256}`,
    'try again; if it stays so, the package index or a proxy serves another file: do not use it',
  )
}

async function installPackages(staging: string, options: InstallOptions, run: Run): Promise<void> {
  options.onProgress({ step: 'packages', message: `@tensorflow/tfjs-node-gpu ${bindingVersion} from npm` })
  for (const file of ['package.json', 'package-lock.json']) await cp(join(options.recipe, file), join(staging, file))
  // Its own install script would fetch a library of 2022 from a storage host, unchecked: scripts stay off.
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: staging,
    help: 'see that npm reaches its registry, then try again',
  })
}

function packageDirectory(staging: string): string {
  return join(staging, 'node_modules', '@tensorflow', 'tfjs-node-gpu')
}

/** Puts libraries and headers where the binding looks for them; returns the sha256 of each library. */
async function placeLibraries(
  wheel: string,
  release: Release,
  staging: string,
  options: InstallOptions,
  run: Run,
): Promise<Record<string, string>> {
  const unpacked = join(staging, 'unpacked')
  await unpack(wheel, unpacked, ['tensorflow/libtensorflow', 'tensorflow/include/'], options, run)
  if (release.device === 'cuda') await addCuda(staging, unpacked, options, run)
  const deps = join(packageDirectory(staging), 'deps')
  const lib = join(deps, 'lib')
  await rm(deps, { recursive: true, force: true })
  await mkdir(lib, { recursive: true })
  await rename(join(unpacked, 'tensorflow', 'include'), join(deps, 'include'))
  const hashes: Record<string, string> = {}
  for (const [library, link] of [
    ['libtensorflow_cc.so.2', 'libtensorflow.so'],
    ['libtensorflow_framework.so.2', 'libtensorflow_framework.so'],
  ] as const) {
    await rename(join(unpacked, 'tensorflow', library), join(lib, library))
    await symlink(library, join(lib, link))
    setOwn(hashes, relativeTo(staging, join(lib, library)), await hashOf(join(lib, library)))
  }
  // The libraries' own run path is $ORIGIN/../nvidia/*/lib.
  if (release.device === 'cuda') await rename(join(unpacked, 'nvidia'), join(deps, 'nvidia'))
  await rm(unpacked, { recursive: true })
  await rm(dirname(wheel), { recursive: true })
  return hashes
}

async function unpack(
  wheel: string,
  target: string,
  prefixes: readonly string[],
  { recipe, onProgress }: InstallOptions,
  run: Run,
): Promise<void> {
  const message = 'libraries and headers'
  onProgress({ step: 'unpack', message, share: 0 })
  await run('python3', [join(recipe, 'extract_wheel.py'), wheel, target, ...prefixes], {
    help: 'see that the disk has 2 GB free, then try again',
    onLine: (line) => {
      const [done, total] = line.split(' ').map(Number)
      if (done && total) onProgress({ step: 'unpack', message, share: done / total })
    },
  })
}

async function addCuda(staging: string, unpacked: string, options: InstallOptions, run: Run): Promise<void> {
  const folder = join(staging, 'cuda-wheels')
  options.onProgress({ step: 'download', message: 'CUDA 12 and cuDNN 9 libraries, about 2.5 GB' })
  await run(
    'python3',
    ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:']
      .concat(['--require-hashes', '--dest', folder, '--python-version', wheelPythonVersion])
      .concat(['--platform', 'manylinux_2_27_x86_64', '--platform', 'manylinux2014_x86_64'])
      .concat(['--platform', 'manylinux2010_x86_64'])
      .concat(['-r', join(options.recipe, 'requirements-cuda.txt')]),
    { help: pipHelp },
  )
  for (const wheel of await readdir(folder)) await unpack(join(folder, wheel), unpacked, ['nvidia/'], options, run)
  await rm(folder, { recursive: true })
}

/** Compiles the package's two C++ files against the C API; returns the binding's path relative to the engine. */
async function compileBinding(
  staging: string,
  release: Release,
  onProgress: InstallOptions['onProgress'],
  run: Run,
): Promise<string> {
  onProgress({ step: 'compile', message: 'the binding, with g++' })
  const directory = packageDirectory(staging)
  const output = join(directory, 'lib', 'napi-v8')
  await mkdir(output, { recursive: true })
  const runPaths = ['-Wl,-rpath,$ORIGIN/../../deps/lib']
  if (release.device === 'cuda') {
    for (const part of await readdir(join(directory, 'deps', 'nvidia'))) {
      runPaths.push(`-Wl,-rpath,$ORIGIN/../../deps/nvidia/${part}/lib`)
    }
  }
  await run(
    'g++',
    ['-O2', '-shared', '-fPIC', '-std=c++17', '-DNAPI_VERSION=8']
      .concat(['-I', join(staging, 'node_modules', 'node-api-headers', 'include'), '-I', join('deps', 'include')])
      .concat([join('binding', 'tfjs_backend.cc'), join('binding', 'tfjs_binding.cc')])
      .concat(['-L', join('deps', 'lib'), '-ltensorflow', '-ltensorflow_framework', ...runPaths])
      .concat(['-o', join(output, 'tfjs_binding.node')]),
    { cwd: directory, help: 'install a C++17 compiler (Debian, Ubuntu: apt-get install g++)' },
  )
  // 270 MB of headers have done their work.
  await rm(join(directory, 'deps', 'include'), { recursive: true })
  return relativeTo(staging, join(output, 'tfjs_binding.node'))
}

const verifyProgram = `
const util = require('node:util')
util.isNullOrUndefined ??= (value) => value === null || value === undefined
util.isArray ??= Array.isArray
const tf = require('@tensorflow/tfjs-node-gpu')
const [sum] = tf.matMul(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]])).dataSync()
console.log(JSON.stringify({ version: tf.backend().binding.TF_Version, sum }))
`

async function verify(staging: string, run: Run): Promise<void> {
  const output = await run(process.execPath, ['-e', verifyProgram], {
    cwd: staging,
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
    help: 'the engine was built but does not run here: please report this with the output above',
  })
  const expected = JSON.stringify({ version: tensorflowVersion, sum: 11 })
  if (!output.includes(expected)) {
    throw new ProvisionError(`the new engine answered wrongly: expected ${expected}`, 'please report this', output)
  }
}

/** Of a file that was just written. */
async function hashOf(path: string): Promise<string> {
  const hash = await hashFile(path)
  if (hash === undefined) throw new ProvisionError(`${path} cannot be read again`, 'try again')
  return hash
}

/** Checks the files of an installed engine against its manifest; returns those that differ or are missing. */
export async function damagedFiles(engine: EngineLocation): Promise<readonly string[]> {
  const damaged: string[] = []
  for (const [file, expected] of Object.entries(engine.manifest?.files ?? {})) {
    const found = await hashFile(join(engine.directory, file))
    if (found !== expected) damaged.push(file)
  }
  const { javascript } = engine.manifest ?? {}
  if (javascript !== undefined && (await hashJavaScript(join(engine.directory, 'node_modules'))) !== javascript)
    damaged.push('the JavaScript in node_modules')
  return damaged
}

async function directoryBytes(directory: string): Promise<number> {
  let bytes = 0
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(directory, entry.name)
    if (entry.isDirectory()) bytes += await directoryBytes(path)
    else if (entry.isFile()) bytes += (await stat(path).catch(() => undefined))?.size ?? 0
  }
  return bytes
}

function relativeTo(root: string, path: string): string {
  return path.slice(root.length + 1)
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`
}
