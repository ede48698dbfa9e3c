import type { dataSources } from '../components/data.js'
import type { ParametersOf } from '../components/schema.js'
import type { ListedImage, Listing } from './listing.js'
import { listMasksIn } from './masks.js'
import { isBelow } from './names.js'
import type { Place } from './problem.js'
import { Reader } from './reader.js'
import { byCodeUnits, type FileView } from './view.js'

type Folders = ParametersOf<(typeof dataSources)['folders']>

/** `validate` is absent where validation is on other images. */
export type FoldersPlace = Pick<Folders, 'root' | 'train' | 'normal' | 'faulty' | 'masks'> &
  Partial<Pick<Folders, 'validate'>>

/** Undefined where something is mistaken, which is reported. */
export function foldersPlace(
  { root, train, normal, faulty, masks, validate, validation }: Partial<Folders>,
  isMistaken: (pointer: string) => boolean,
): FoldersPlace | undefined {
  if (root === undefined || train === undefined || normal === undefined || faulty === undefined) return undefined
  if (['/root', '/train', '/normal', '/faulty', '/masks', '/validate'].some(isMistaken)) return undefined
  const listed = validation?.component === 'listed' ? { validate: validate ?? [] } : {}
  return { root, train, normal, faulty, ...listed, ...(masks === undefined ? {} : { masks }) }
}

/** Lists the images of named directories; the test images are one set, `test`. */
export function listFolders(view: FileView, { root, train, normal, faulty, masks, validate }: FoldersPlace): Listing {
  const reader = new Reader(view, root, 'root')
  const listing = (
    trained: readonly ListedImage[] = [],
    tested: readonly ListedImage[] = [],
    validation: readonly ListedImage[] = [],
  ): Listing => ({
    root,
    train: trained,
    validation,
    tests: tested.length === 0 ? [] : [{ name: 'test', role: 'source', images: tested }],
    targets: undefined,
    problems: reader.problems,
  })
  const top = reader.look('.', '/root')
  if (top.kind === 'unreadable') return listing()
  if (top.kind !== 'directory') {
    reader.report('rootMissing', { path: root, isFile: top.kind === 'file' }, '.', '/root')
    return listing()
  }
  const imagesOf = (folders: readonly string[], at: 'train' | 'normal' | 'faulty' | 'validate', what: string) =>
    folders.map((folder, index) => {
      const place: Place = `/${at}/${index}`
      if (!isBelow(folder)) {
        reader.report('unreadable', { path: folder, why: 'is not below the root' }, folder, place)
        return []
      }
      return reader.images(folder, place, { domain: '.', what }) ?? []
    })
  const normals = (files: readonly (readonly string[])[]): ListedImage[] =>
    files.flat().map((file): ListedImage => ({ file, label: 0 }))
  const trained = normals(imagesOf(train, 'train', 'nothing to train on'))
  if (validate?.length === 0) {
    const help = 'Name directories: `validate = ["validation/good"]`.'
    reader.report('noValidation', { where: 'the data', help }, '.', '/validation')
  }
  const validated = normals(imagesOf(validate ?? [], 'validate', 'nothing to validate on'))
  const tested = normals(imagesOf(normal, 'normal', 'no normal images to test on'))
  const faults = imagesOf(faulty, 'faulty', 'no faulty images to test on')
  const classes = new Map(faulty.map((folder, index) => [classOf(folder, faulty), faults[index] ?? []]))
  const found =
    masks === undefined ? new Map<string, readonly string[]>() : listMasksIn(reader, masks, classes, '/masks')
  for (const [name, files] of classes) {
    for (const file of files) {
      const own = found.get(file)
      tested.push({ file, label: 1, class: name, ...(own === undefined ? {} : { masks: own }) })
    }
  }
  const sorted = (images: readonly ListedImage[]) => [...images].sort((a, b) => byCodeUnits(a.file, b.file))
  return listing(sorted(trained), sorted(tested), sorted(validated))
}

/** Its last name; the whole path where another has the same. */
function classOf(folder: string, all: readonly string[]): string {
  const last = (path: string): string => path.split('/').at(-1) ?? path
  return all.filter((other) => last(other) === last(folder)).length > 1 ? folder : last(folder)
}
