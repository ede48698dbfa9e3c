/** What the file system answers, in words. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'no permission'],
  ['EPERM', 'no permission'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['ENOTDIR', 'it, or a directory above it, is a file'],
  ['EISDIR', 'it is a directory'],
  ['ENOENT', 'no directory can be made there'],
  ['EEXIST', 'something else is there'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['ELOOP', 'too many levels of symbolic links'],
  ['EPIPE', 'whoever read it has gone'],
  ['EIO', 'the device reports an input or output error'],
  ['ESTALE', 'the network file system no longer has it'],
  ['EMFILE', 'too many files are open in this process: raise the limit with `ulimit -n`'],
  ['ENFILE', 'too many files are open on this machine'],
])

/** The code of an error of the operating system (`EACCES`); undefined for every other error. */
export function systemErrorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : undefined
}

/** What was asked of the system, by its own name for it. */
const requests: ReadonlyMap<string, string> = new Map([
  ['mkdir', 'make the directory'],
  ['scandir', 'list'],
  ['stat', 'look at'],
  ['lstat', 'look at'],
  ['fstat', 'look at'],
  ['unlink', 'remove'],
  ['rmdir', 'remove'],
])

/** `cannot open data/a.png: too many files are open in this process (EMFILE)`; undefined for every error that is not the system's. */
export function explainSystemError(error: unknown): string | undefined {
  const code = systemErrorCode(error)
  if (code === undefined || !(error instanceof Error)) return undefined
  const { syscall = '', path = '' } = error as NodeJS.ErrnoException
  if (syscall === 'uv_cwd') return 'the working directory is not there any more: change into one that is'
  const [request = ''] = syscall.split(' ')
  return ['cannot', requests.get(request) ?? request, path]
    .join(' ')
    .trimEnd()
    .concat(`: ${describeSystemError(code, error.message)}`)
}

/** `no permission (EACCES)`. */
export function describeSystemError(code: string, message: string): string {
  return `${reasons.get(code) ?? message} (${code})`
}
