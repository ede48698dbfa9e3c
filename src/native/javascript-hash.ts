import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { hashFile } from '../files/hash.js'

/** sha256 over paths and contents of all JavaScript below a directory, with the JSON that it reads (hex). */
export async function hashJavaScript(directory: string): Promise<string> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  const files = entries
    .filter((entry) => entry.isFile() && /\.(c?js|json)$/.test(entry.name))
    .map((entry) =>
      relative(directory, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    // npm's own record of the installation: it has times.
    .filter((file) => file !== '.package-lock.json')
    .sort()
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0${await hashFile(join(directory, file))}\n`)
  return hash.digest('hex')
}
