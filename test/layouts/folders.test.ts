import { expect, test } from 'vitest'
import { foldersPlace, listFolders } from '../../src/layouts/folders.js'
import { rowOf } from '../../src/layouts/problem.js'
import { listVisa, visaPlace } from '../../src/layouts/table.js'
import { diskOf } from '../support/disk.js'

const disk = diskOf(
  '/data/gut stock/0.png',
  '/data/gut stock/1.tif',
  '/data/neu/ok/2.png',
  '/data/neu/scratch/3.png',
  '/data/neu/scratch/4.png',
  '/data/alt/scratch/5.png',
  '/data/dent/6.png',
  '/data/masks/scratch/3_mask.png',
  '/data/masks/dent/6.png',
  '/data/masks/dent/9.png',
)

function listed(given: Parameters<typeof foldersPlace>[0]) {
  const place = foldersPlace({ root: '/data', normal: [], faulty: [], ...given }, () => false)
  if (place === undefined) throw new Error('no place')
  const { train, tests, problems } = listFolders(disk, place)
  return { train, tests, told: problems.map((problem) => `${problem.at} ${rowOf(problem).message(problem.facts)}`) }
}

test('directories of any names: the last is the class of its faults, masks lie by class', () => {
  const { train, tests, told } = listed({
    train: ['gut stock'],
    normal: ['neu/ok'],
    faulty: ['neu/scratch', 'dent'],
    masks: 'masks',
  })
  expect(train.map(({ file, label }) => [file, label])).toEqual([
    ['gut stock/0.png', 0],
    ['gut stock/1.tif', 0],
  ])
  expect(tests).toEqual([
    {
      name: 'test',
      role: 'source',
      images: [
        { file: 'dent/6.png', label: 1, class: 'dent', masks: ['masks/dent/6.png'] },
        { file: 'neu/ok/2.png', label: 0 },
        { file: 'neu/scratch/3.png', label: 1, class: 'scratch', masks: ['masks/scratch/3_mask.png'] },
        { file: 'neu/scratch/4.png', label: 1, class: 'scratch' },
      ],
    },
  ])
  expect(told).toEqual(['/masks `masks/dent/9.png` is a mask without an image in `dent`'])
})

test('two directories of one last name are two classes', () => {
  const { tests } = listed({ train: ['gut stock'], faulty: ['neu/scratch', 'alt/scratch'] })
  expect(tests[0]?.images.map((image) => image.class)).toEqual(['alt/scratch', 'neu/scratch', 'neu/scratch'])
})

test('without test images there is no test set', () => {
  expect(listed({ train: ['gut stock', 'neu/ok'] })).toMatchObject({ train: [{}, {}, {}], tests: [], told: [] })
})

test('directories that are not there, empty, or not below the root are named', () => {
  expect(listed({ train: ['good'], normal: ['../neu'], faulty: ['/data/dent', 'neu'] }).told).toEqual([
    '/train/0 the root `.` has no `good`: nothing to train on',
    '/normal/0 `../neu` is not below the root',
    '/faulty/0 `/data/dent` is not below the root',
    '/faulty/1 `neu` of the root `.` has no images',
  ])
  expect(
    listFolders(diskOf('/other/a.png'), { root: '/data', train: ['a'], normal: [], faulty: [] }).problems,
  ).toMatchObject([{ row: 'rootMissing' }])
})

test('a category of VisA is what its table says', () => {
  const table = [
    'object,split,label,image,mask',
    'candle,train,normal,candle/Data/Images/Normal/0000.JPG,',
    'candle,test,normal,candle/Data/Images/Normal/0003.JPG,',
    'candle,test,anomaly,candle/Data/Images/Anomaly/000.JPG,candle/Data/Masks/Anomaly/000.png',
    'capsules,train,normal,capsules/Data/Images/Normal/000.JPG,',
    '',
  ].join('\\n')
  const files = ['Images/Normal/0000.JPG', 'Images/Normal/0003.JPG', 'Images/Anomaly/000.JPG', 'Masks/Anomaly/000.png']
  const visa = diskOf(`/visa/split_csv/1cls.csv: ${table}`, ...files.map((file) => `/visa/candle/Data/${file}`))
  const listedAs = (category: string) => {
    const place = visaPlace({ root: '/visa', category, split: 'split_csv/1cls.csv' }, () => false)
    if (place === undefined) throw new Error('no place')
    return listVisa(visa, place)
  }
  const { train, tests, problems } = listedAs('candle')
  expect(problems).toEqual([])
  expect(train).toEqual([{ file: 'candle/Data/Images/Normal/0000.JPG', label: 0 }])
  expect(tests[0]?.images).toEqual([
    {
      file: 'candle/Data/Images/Anomaly/000.JPG',
      label: 1,
      masks: ['candle/Data/Masks/Anomaly/000.png'],
    },
    { file: 'candle/Data/Images/Normal/0003.JPG', label: 0 },
  ])
  expect(listedAs('cashew').problems.map((problem) => rowOf(problem).message(problem.facts))).toEqual([
    'line 1 of `split_csv/1cls.csv` is followed by no line with the split `train` of cashew',
  ])
})
