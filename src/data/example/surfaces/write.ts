import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyFor } from '../../../random/key.js'
import { encodePng, makeDirectoryFor, numbered, scaled, writeMask } from '../files.js'
import type { ExampleOptions } from '../sets.js'
import * as constants from './constants.js'
import { makeSurface } from './surface.js'

/**
 * Photographs of surfaces, laid out as MVTec AD is: RGB PNGs of 64 x 64, two categories, three classes of defects with
 * a mask for each image.
 */
export async function writeSurfaces(root: string, options: ExampleOptions): Promise<void> {
  for (const kind of constants.kinds) await writeCategory(join(root, kind.name), kind, options)
}

async function writeCategory(root: string, kind: constants.Kind, options: ExampleOptions): Promise<void> {
  const { side, counts } = constants
  const write = async (part: string, directoryName: string, count: number, defect?: constants.Defect) => {
    const directory = await makeDirectoryFor(root, part, directoryName)
    const masks = defect === undefined ? '' : await makeDirectoryFor(root, 'ground_truth', defect)
    const key = keyFor(options.seed, `surfaces/${kind.name}/${part}/${directoryName}`)
    for (let index = 0; index < scaled(count, options); index += 1) {
      const { values, mask } = makeSurface(kind, key, index, defect)
      await writeFile(join(directory, `${numbered(index)}.png`), await encodePng(side, side, 3, values))
      if (mask !== undefined) await writeMask(masks, numbered(index), [side, side], mask)
    }
  }
  await write('train', 'good', counts.train)
  await write('test', 'good', counts.good)
  for (const defect of constants.defectNames) await write('test', defect, counts.defect, defect)
}
