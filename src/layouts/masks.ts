import { maskExtensions } from '../components/image-kinds.js'
import { isMaskName, stem } from './names.js'
import type { Place } from './problem.js'
import type { Reader } from './reader.js'

/**
 * Masks by the file of their image: `ground_truth/CLASS/IMAGE_mask.png` or `IMAGE.png` for `test/CLASS/IMAGE.tiff`, or every mask of
 * the directory `ground_truth/CLASS/IMAGE/`, as MVTec LOCO has them. A mask without an image, or one of several for the same beside
 * each other, is reported: then names do not say what belongs together.
 *
 * @param classes the faulty images of a domain by their class.
 */
export function listMasks(
  reader: Reader,
  domain: string,
  classes: ReadonlyMap<string, readonly string[]>,
  at: Place,
): ReadonlyMap<string, readonly string[]> {
  return listMasksIn(reader, `${domain}/ground_truth`, classes, at)
}

/** The same in any directory: `TOP/CLASS/IMAGE_mask.png`. */
export function listMasksIn(
  reader: Reader,
  top: string,
  classes: ReadonlyMap<string, readonly string[]>,
  at: Place,
): ReadonlyMap<string, readonly string[]> {
  const masks = new Map<string, readonly string[]>()
  const beside = reader.entries(top, at).filter(({ name, kind }) => kind !== 'directory' || !classes.has(name))
  reader.nameData(top, beside, 'masks lie in the directory of their class', at)
  for (const [name, images] of classes) {
    const directory = `${top}/${name}`
    if (!reader.isDirectory(directory)) continue
    const { files, others } = reader.split(directory, isMaskName, at)
    const ofStem = grouped(images, stem)
    const parts = others.filter((entry) => entry.kind === 'directory' && ofStem.has(entry.name))
    reader.nameLeftOut(
      directory,
      others.filter((entry) => !parts.includes(entry)),
      `masks are ${maskExtensions} files of the directory itself, or of one with the name of their image`,
      at,
    )
    const ofImage = grouped(files, (file) => stem(file).replace(/_mask$/, ''))
    const report = (why: string, about: readonly string[]): void =>
      reader.report('masksDoNotFit', { why, files: about, directory }, about[0] ?? directory, at)
    const orphans = [...ofImage].filter(([image]) => !ofStem.has(image)).flatMap(([, found]) => found)
    if (orphans.length > 0) {
      const one = orphans.length === 1
      report(`${one ? 'is a mask' : 'are masks'} without an image in \`${folderOf(images)}\``, orphans)
    }
    for (const [image, found] of ofImage) {
      const fitting = ofStem.get(image) ?? []
      const [first, second] = fitting
      if (first === undefined) continue
      if (found.length > 1) report(`are ${found.length} masks for one image, \`${first}\``, found)
      else if (second !== undefined) report(`is a mask that fits \`${first}\` and \`${second}\``, found)
      else masks.set(first, found)
    }
    for (const { name: image } of parts) {
      const own = reader.split(`${directory}/${image}`, isMaskName, at)
      reader.nameLeftOut(
        `${directory}/${image}`,
        own.others,
        `masks are ${maskExtensions} files of the directory itself`,
        at,
      )
      const [first, second] = ofStem.get(image) ?? []
      if (first === undefined || own.files.length === 0) continue
      if (second !== undefined) report(`are masks that fit \`${first}\` and \`${second}\``, own.files)
      else if (masks.has(first)) report(`are masks beside another for one image, \`${first}\``, own.files)
      else masks.set(first, own.files)
    }
  }
  return masks
}

function folderOf([first = '']: readonly string[]): string {
  return first.slice(0, first.lastIndexOf('/'))
}

function grouped(files: readonly string[], keyOf: (file: string) => string): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const file of files) {
    const group = groups.get(keyOf(file))
    if (group === undefined) groups.set(keyOf(file), [file])
    else group.push(file)
  }
  return groups
}
