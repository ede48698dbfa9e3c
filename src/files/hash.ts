import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

/** sha256 of contents, one after the other (hex). */
export function sha256(...contents: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const content of contents) hash.update(content)
  return hash.digest('hex')
}

/** sha256 of a regular file of any size (hex); undefined where there is none to read. */
export async function hashFile(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    try {
      if (!(await file.stat()).isFile()) return undefined
      const hash = createHash('sha256')
      for await (const chunk of file.createReadStream({ highWaterMark: 1 << 20, autoClose: false })) hash.update(chunk)
      return hash.digest('hex')
    } finally {
      await file.close()
    }
  } catch {
    return undefined
  }
}
