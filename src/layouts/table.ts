import type { dataSources } from '../components/data.js'
import type { ParametersOf } from '../components/schema.js'
import type { ListedImage, Listing } from './listing.js'
import { isBelow, isImageName, isMaskName } from './names.js'
import { Reader } from './reader.js'
import { decimal, reportMistakes, rowsOf, type TableMistake } from './severities.js'
import { byCodeUnits, type FileView } from './view.js'

export interface TablePlace {
  /** Absolute. */
  readonly root: string
  readonly file: string
  /** Whether validation is on lines of their own. */
  readonly validatesOnListed?: boolean
}

/** Undefined where the root or the table is mistaken, which is reported. */
export function tablePlace(
  { root, file, validation }: Partial<ParametersOf<(typeof dataSources)['table']>>,
  isMistaken: (pointer: string) => boolean,
): TablePlace | undefined {
  return root === undefined || file === undefined || isMistaken('/root') || isMistaken('/file')
    ? undefined
    : { root, file, validatesOnListed: validation?.component === 'listed' }
}

/** The columns that are read; each may be there once, in any order, and the first two must be. */
const columns = ['image', 'split', 'label', 'class', 'mask', 'severity'] as const
type Column = (typeof columns)[number]

const labels: ReadonlyMap<string, 0 | 1> = new Map([
  ['', 0],
  ['normal', 0],
  ['0', 0],
  ['faulty', 1],
  ['1', 1],
])

/** What the words of a table stand for, and which of its lines are read. */
interface Dialect {
  /** What words of the column label stand for. */
  readonly labels: ReadonlyMap<string, 0 | 1>
  /** The words, for help. */
  readonly labelWords: string
  /** A line is read where its cell in this column is this value. */
  readonly only?: { readonly column: string; readonly value: string }
}

const ownDialect: Dialect = { labels, labelWords: '`normal` or `faulty`' }

export interface VisaPlace extends TablePlace {
  readonly category: string
}

/** Undefined where something is mistaken, which is reported. */
export function visaPlace(
  { root, category, split, validation }: Partial<ParametersOf<(typeof dataSources)['visa']>>,
  isMistaken: (pointer: string) => boolean,
): VisaPlace | undefined {
  if (root === undefined || category === undefined || split === undefined) return undefined
  return isMistaken('/root') || isMistaken('/category') || isMistaken('/split')
    ? undefined
    : { root, file: split, category, validatesOnListed: validation?.component === 'listed' }
}

const visaLabels: ReadonlyMap<string, 0 | 1> = new Map([
  ['normal', 0],
  ['anomaly', 1],
])

/** Lists a category of VisA by its table (Zou et al. 2022, the published `split_csv`). */
export function listVisa(view: FileView, { category, ...place }: VisaPlace): Listing {
  const only = { column: 'object', value: category }
  return listTable(view, place, { labels: visaLabels, labelWords: '`normal` or `anomaly`', only })
}

/** Lists the images that a table names, a line each. The test images of all lines are one set, `test`. */
export function listTable(view: FileView, place: TablePlace, dialect = ownDialect): Listing {
  const { root, file, validatesOnListed = false } = place
  const reader = new Reader(view, root, 'domain')
  const listing = (
    train: readonly ListedImage[] = [],
    test: readonly ListedImage[] = [],
    validation: readonly ListedImage[] = [],
  ): Listing => ({
    root,
    train,
    validation,
    tests: test.length === 0 ? [] : [{ name: testName, role: 'source', images: test }],
    targets: undefined,
    problems: reader.problems,
  })
  const top = reader.look('.', '/root')
  if (top.kind === 'unreadable') return listing()
  if (top.kind !== 'directory') {
    reader.report('rootMissing', { path: root, isFile: top.kind === 'file' }, '.', '/root')
    return listing()
  }
  const text = reader.table(file, '/file')
  if (text === undefined) {
    if (reader.problems.length === 0) reader.report('unreadable', { path: file, why: 'is not there' }, file, '/file')
    return listing()
  }
  const { images, mistakes } = readImages(text, reader, dialect)
  reportMistakes(reader, file, mistakes, '/file')
  const of = (split: Split) => images.flatMap((each) => (each.split === split ? [each.image] : []))
  const validation = of('validation')
  if (validatesOnListed && validation.length === 0 && mistakes.length === 0)
    reader.report(
      'noValidation',
      { where: `\`${file}\``, help: 'Write lines with the split `validation`.' },
      file,
      '/validation',
    )
  if (!validatesOnListed && validation.length > 0) {
    const first = validation.slice(0, 3).map((image) => `\`${image.file}\``)
    const rule = 'lines with the split `validation` are read where `validation = listed()`'
    reader.report('leftOut', { directory: file, first, count: validation.length, rule }, file, '/validation')
  }
  return listing(of('train'), of('test'), validatesOnListed ? validation : [])
}

/** What its test set is called in results. */
export const testName = 'test'

const splits = ['train', 'test', 'validation'] as const
type Split = (typeof splits)[number]

interface Read {
  readonly split: Split
  readonly image: ListedImage
}

function readImages(
  text: string,
  reader: Reader,
  dialect: Dialect,
): { readonly images: readonly Read[]; readonly mistakes: readonly TableMistake[] } {
  const rows = rowsOf(text)
  if ('message' in rows) return { images: [], mistakes: [rows] }
  const [header, ...body] = rows
  const names = (header?.record ?? []).map((cell) => cell.toLowerCase())
  const about = header?.line ?? 1
  const { only } = dialect
  const needed = ['image', 'split', ...(only === undefined ? [] : [only.column])]
  const missing = needed.find((name) => !names.includes(name))
  const twice = columns.find((name) => names.indexOf(name) !== names.lastIndexOf(name))
  if (missing !== undefined || twice !== undefined) {
    const message = twice === undefined ? `has no column \`${missing}\`` : `names the column \`${twice}\` twice`
    return {
      images: [],
      mistakes: [
        {
          line: about,
          message,
          help: `write a header of ${[...(only === undefined ? [] : [only.column]), ...columns].join(', ')}`,
        },
      ],
    }
  }
  const isThere = filesBelow(reader)
  const images = new Map<string, Read>()
  const mistakes: TableMistake[] = []
  for (const { record, line } of body) {
    if (only !== undefined && record[names.indexOf(only.column)]?.trim() !== only.value) continue
    const cell = (name: Column): string => record[names.indexOf(name)]?.trim() ?? ''
    const mistake =
      record.length === names.length
        ? readRow(cell, isThere, images, dialect)
        : {
            message: `has ${record.length} ${record.length === 1 ? 'cell' : 'cells'}, and the header has ${names.length}`,
            help: 'give every line a cell for each column of the header',
          }
    if (mistake !== undefined) mistakes.push({ line, ...mistake })
  }
  if (mistakes.length === 0 && ![...images.values()].some(({ split }) => split === 'train'))
    mistakes.push({
      line: about,
      message: `is followed by no line with the split \`train\`${only === undefined ? '' : ` of ${only.value}`}`,
      help: 'name images to train on',
    })
  return { images: [...images.values()].sort((a, b) => byCodeUnits(a.image.file, b.image.file)), mistakes }
}

/** Adds the image of a row. @returns what is wrong with it. */
function readRow(
  cell: (name: Column) => string,
  isThere: (file: string) => boolean,
  images: Map<string, Read>,
  dialect: Dialect,
): Omit<TableMistake, 'line'> | undefined {
  const [file, split, label] = [
    cell('image'),
    splits.find((each) => each === cell('split')),
    dialect.labels.get(cell('label')),
  ]
  const [mask, severity] = [cell('mask'), cell('severity')]
  if (file === '') return { message: 'names no image', help: 'write the path of an image below the root' }
  if (images.has(file)) return { message: `names ${file} again`, help: 'keep one of the lines' }
  if (!isBelow(file) || !isImageName(file) || !isThere(file))
    return {
      message: `names ${file}, which is no image below the root`,
      help: 'correct the name, or leave the line out',
    }
  if (split === undefined)
    return { message: `has the split '${cell('split')}'`, help: 'write `train`, `test` or `validation`' }
  if (label === undefined) return { message: `has the label '${cell('label')}'`, help: `write ${dialect.labelWords}` }
  if (split === 'train' && label === 1)
    return {
      message: `trains on the faulty image ${file}`,
      help: 'faults are made by the synthesis: move it to `test`',
    }
  if (mask !== '' && label === 0)
    return { message: `gives the normal image ${file} a mask`, help: 'leave `mask` empty' }
  if (mask !== '' && (!isBelow(mask) || !isMaskName(mask) || !isThere(mask)))
    return { message: `names the mask ${mask}, which is no lossless image below the root`, help: 'correct the name' }
  if (severity !== '' && !decimal.test(severity))
    return {
      message: `has the severity '${severity}', which is not a number from 0 on`,
      help: 'leave it empty where it is not known',
    }
  const image: ListedImage = {
    file,
    label,
    ...(label === 1 && cell('class') !== '' ? { class: cell('class') } : {}),
    ...(mask === '' ? {} : { masks: [mask] }),
    ...(severity === '' ? {} : { severity: Number(severity) }),
  }
  images.set(file, { split, image })
  return undefined
}

/** Whether a path is a file; each directory is looked at once. */
function filesBelow(reader: Reader): (path: string) => boolean {
  const known = new Map<string, ReadonlySet<string>>()
  return (path) => {
    const slash = path.lastIndexOf('/')
    const [directory, name] = slash < 0 ? ['.', path] : [path.slice(0, slash), path.slice(slash + 1)]
    const files =
      known.get(directory) ??
      new Set(reader.entries(directory, '/file').flatMap((entry) => (entry.kind === 'file' ? [entry.name] : [])))
    known.set(directory, files)
    return files.has(name)
  }
}
