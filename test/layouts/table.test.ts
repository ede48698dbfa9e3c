import { expect, test } from 'vitest'
import { rowOf } from '../../src/layouts/problem.js'
import { listTable } from '../../src/layouts/table.js'
import { diskOf } from '../support/disk.js'

const images = ['a/0.png', 'a/1.png', 'b c/0.tiff', 'masks/0.png', 'masks/1.jpg', 'note.txt'].map(
  (file) => `/data/${file}`,
)

function listed(table: string, validatesOnListed = false) {
  const disk = diskOf(...images)
  const view = {
    ...disk,
    read: (path: string, most: number) =>
      path === '/data/list.csv' ? { kind: 'read' as const, bytes: Buffer.from(table) } : disk.read(path, most),
  }
  const place = { root: '/data', file: 'list.csv', validatesOnListed }
  const { train, tests, validation, problems } = listTable(view, place)
  return { train, tests, validation, messages: problems.map((problem) => rowOf(problem).message(problem.facts)) }
}

test('images by split, with class, mask and severity, in the order of their names', () => {
  const { train, tests, messages } = listed(
    'Image,note,split,label,class,mask,severity\nb c/0.tiff,x,test,faulty,dent,masks/0.png,0.5\na/1.png,,train,,,,\na/0.png,"y, z",test,normal,,,\n',
  )
  expect(messages).toEqual([])
  expect(train).toEqual([{ file: 'a/1.png', label: 0 }])
  expect(tests).toEqual([
    {
      name: 'test',
      role: 'source',
      images: [
        { file: 'a/0.png', label: 0 },
        { file: 'b c/0.tiff', label: 1, class: 'dent', masks: ['masks/0.png'], severity: 0.5 },
      ],
    },
  ])
})

test('lines of the validation are read where it is on them, and named where it is not', () => {
  const table = 'image,split,label\na/0.png,train,\na/1.png,validation,faulty\n'
  const own = listed(table, true)
  expect(own.messages).toEqual([])
  expect(own.validation).toEqual([{ file: 'a/1.png', label: 1 }])
  const other = listed(table)
  expect(other.validation).toEqual([])
  expect(other.messages).toEqual([expect.stringContaining('`a/1.png`')])
  expect(listed('image,split\na/0.png,train\n', true).messages).toEqual([
    '`list.csv` sets no image apart for validation',
  ])
})

test.each([
  ['file,split\na/0.png,train\n', 'line 1 of `list.csv` has no column `image`'],
  ['image,split,split\na/0.png,train,test\n', 'line 1 of `list.csv` names the column `split` twice'],
  ['image,split\na/0.png,test\n', 'line 1 of `list.csv` is followed by no line with the split `train`'],
  ['image,split\na/0.png,train,x\n', 'line 2 of `list.csv` has 3 cells, and the header has 2'],
  ['image,split\n,train\n', 'line 2 of `list.csv` names no image'],
  ['image,split\na/0.png,train\na/0.png,test\n', 'line 3 of `list.csv` names a/0.png again'],
  ['image,split\na/9.png,train\n', 'line 2 of `list.csv` names a/9.png, which is no image below the root'],
  ['image,split\n../a/0.png,train\n', 'line 2 of `list.csv` names ../a/0.png, which is no image below the root'],
  ['image,split\n/data/a/0.png,train\n', 'line 2 of `list.csv` names /data/a/0.png, which is no image below the root'],
  ['image,split\nnote.txt,train\n', 'line 2 of `list.csv` names note.txt, which is no image below the root'],
  ['image,split\na/0.png,val\n', "line 2 of `list.csv` has the split 'val'"],
  ['image,split,label\na/0.png,test,bad\n', "line 2 of `list.csv` has the label 'bad'"],
  ['image,split,label\na/0.png,train,1\n', 'line 2 of `list.csv` trains on the faulty image a/0.png'],
  ['image,split,mask\na/0.png,test,masks/0.png\n', 'line 2 of `list.csv` gives the normal image a/0.png a mask'],
  [
    'image,split,label,mask\na/0.png,test,1,masks/1.jpg\n',
    'line 2 of `list.csv` names the mask masks/1.jpg, which is no lossless image below the root',
  ],
  [
    'image,split,label,severity\na/0.png,test,1,"0,5"\n',
    "line 2 of `list.csv` has the severity '0,5', which is not a number from 0 on",
  ],
])('%j: %s', (table, message) => {
  expect(listed(table).messages).toEqual([message])
})

test('the same mistake in many lines is one, and names of what every object has are names', () => {
  expect(listed('image,split\nx.png,train\nconstructor,train\n__proto__,train\n').messages).toHaveLength(3)
  expect(listed(`image,split\n${'a/0.png,train,\n'.repeat(9)}`).messages).toEqual([
    expect.stringMatching(/^line 2 of `list.csv` has 3 cells, and the header has 2; lines 3, 4, 5, 6, 7 .*, too$/),
  ])
})
