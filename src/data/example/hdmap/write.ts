import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { keyFor } from '../../../random/key.js'
import { encodeFloatTiff } from '../../tiff-write.js'
import { makeDirectoryFor, numbered, scaled, writeMask } from '../files.js'
import type { ExampleOptions } from '../sets.js'
import * as constants from './constants.js'
import { type ExampleMap, makeMap } from './map.js'

type Domain = (typeof constants.domains)[number]

/**
 * Maps that resemble the Health Data Map: float32 TIFFs of 31 x 95 in [0, 1], four domains, masks and severities beside
 * the faulty ones.
 */
export async function writeMaps(root: string, options: ExampleOptions): Promise<void> {
  for (const domain of constants.domains) await writeDomain(join(root, domain.name), domain, options)
}

async function writeDomain(root: string, domain: Domain, options: ExampleOptions): Promise<void> {
  const { counts } = constants
  const key = (kind: string): string => keyFor(options.seed, `example/${domain.name}/${kind}`)
  const write = async (parts: readonly string[], count: number, make: (index: number) => ExampleMap) => {
    const directory = await makeDirectoryFor(root, ...parts)
    const maps = Array.from({ length: scaled(count, options) }, (_, index) => make(index))
    for (const [index, { values }] of maps.entries()) {
      const bytes = encodeFloatTiff(constants.height, constants.width, values)
      await writeFile(join(directory, `${numbered(index)}.tiff`), bytes)
    }
    return maps
  }
  const trained = domain.name === 'domain_A' ? counts.train : counts.otherTrain
  await write(['train', 'good'], trained, (index) => makeMap(domain, key('train'), index, false))
  await write(['test', 'good'], counts.good, (index) => makeMap(domain, key('good'), index, false))
  const faulty = await write(['test', 'fault'], counts.fault, (index) => makeMap(domain, key('fault'), index, true))
  const masks = await makeDirectoryFor(root, 'ground_truth', 'fault')
  const lines = ['image,severity']
  for (const [index, { mask, severity }] of faulty.entries()) {
    lines.push(`fault/${numbered(index)}.tiff,${severity}`)
    if (mask !== undefined) await writeMask(masks, numbered(index), [constants.height, constants.width], mask)
  }
  await writeFile(join(root, 'test', 'severity.csv'), `${lines.join('\n')}\n`)
}
