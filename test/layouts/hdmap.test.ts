import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openDisk } from '../../src/layouts/disk.js'
import { listData } from '../../src/layouts/layouts.js'
import type { Listing } from '../../src/layouts/listing.js'
import { rowOf } from '../../src/layouts/problem.js'
import type { FileView } from '../../src/layouts/view.js'
import type { DataValue } from '../../src/plan/run-plan.js'
import { diskOf } from '../support/disk.js'

const scratch = mkdtempSync(join(tmpdir(), 'draemc-layouts-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

function list(view: FileView, root: string, parameters: Partial<DataValue['parameters']> = {}): Listing {
  const listing = listData(view, {
    component: 'hdmap',
    parameters: { root, source: 'A', targets: 'auto', ...parameters },
  })
  if (listing === undefined) throw new Error('no listing')
  return listing
}

/** Code and message of each problem. */
function told({ problems }: Listing): readonly string[] {
  return problems.map((problem) => `${rowOf(problem).code} ${rowOf(problem).message(problem.facts)}`)
}

const whole = [
  'A/train/good/0.png',
  'A/train/good/1.png',
  'A/test/good/0.png',
  'A/test/fault/0.png',
  'A/ground_truth/fault/0_mask.png',
]

function listed(...files: readonly string[]): Listing {
  return list(diskOf(...files.map((file) => `/data/${file}`)), '/data')
}

describe('what is read', () => {
  test('images by split and domain, with masks and severities', () => {
    const listing = listed(
      ...whole,
      'A/test/severity.csv: image,severity\\n0.png,0.5',
      'B/test/good/0.tiff',
      'B/test/fault/0.tiff',
      'B/ground_truth/fault/0.png',
    )
    expect(told(listing)).toEqual([])
    expect(listing.train.map(({ file }) => file)).toEqual(['A/train/good/0.png', 'A/train/good/1.png'])
    expect(listing.targets).toEqual(['B'])
    expect(listing.tests).toEqual([
      {
        name: 'A',
        role: 'source',
        images: [
          { file: 'A/test/good/0.png', label: 0, severity: 0 },
          {
            file: 'A/test/fault/0.png',
            label: 1,
            class: 'fault',
            masks: ['A/ground_truth/fault/0_mask.png'],
            severity: 0.5,
          },
        ],
      },
      {
        name: 'B',
        role: 'target',
        images: [
          { file: 'B/test/good/0.tiff', label: 0 },
          { file: 'B/test/fault/0.tiff', label: 1, class: 'fault', masks: ['B/ground_truth/fault/0.png'] },
        ],
      },
    ])
  })

  test('directories beside `test/good` are classes of faults, with masks and severities of their own', () => {
    const listing = listed(
      ...whole,
      'A/test/scratch/0.png',
      'A/ground_truth/scratch/0_mask.png',
      'A/test/severity.csv: image,severity\\nfault/0.png,0.5\\nscratch/0.png,0.7',
    )
    expect(told(listing)).toEqual([])
    expect(listing.tests[0]?.images.slice(1)).toEqual([
      {
        file: 'A/test/fault/0.png',
        label: 1,
        class: 'fault',
        masks: ['A/ground_truth/fault/0_mask.png'],
        severity: 0.5,
      },
      {
        file: 'A/test/scratch/0.png',
        label: 1,
        class: 'scratch',
        masks: ['A/ground_truth/scratch/0_mask.png'],
        severity: 0.7,
      },
    ])
    const several = listed(
      'A/train/good/0.png',
      'A/test/good/0.png',
      'A/test/dent/0.png',
      'A/test/dent/1.png',
      'A/test/dent/2.png',
      'A/ground_truth/dent/0/000.png',
      'A/ground_truth/dent/0/001.png',
      'A/ground_truth/dent/0/notes.txt',
      'A/ground_truth/dent/1/000.png',
      'A/ground_truth/dent/1_mask.png',
      'A/ground_truth/dent/7/000.png',
    )
    expect(told(several)).toEqual([
      'D130 `A/ground_truth/dent` of the data holds what is not read: `7/` (1 image)',
      'D130 `A/ground_truth/dent/0` of the data holds what is not read: `notes.txt`',
      expect.stringMatching(/^D132 .*beside another for one image, `A\/test\/dent\/1.png`/),
    ])
    expect(several.tests[0]?.images.slice(1).map(({ masks }) => masks)).toEqual([
      ['A/ground_truth/dent/0/000.png', 'A/ground_truth/dent/0/001.png'],
      ['A/ground_truth/dent/1_mask.png'],
      undefined,
    ])
    expect(told(listed('A/train/good/0.png', 'A/test/good/0.png', 'A/test/dent/0.png', 'A/test/hole/0.png'))).toEqual(
      [],
    )
  })

  test('a source of normal images alone has no test set, unless it is validated on it', () => {
    const normal = diskOf('/data/A/train/good/0.png')
    expect(list(normal, '/data')).toMatchObject({ tests: [], problems: [], targets: [] })
    const validated = { validation: { component: 'reference', parameters: {} } } as const
    expect(told(list(normal, '/data', validated))).toEqual(['D122 the domain `A` has no `test`: nothing to test on'])
    const tested = listed('A/train/good/0.png', 'A/test/good/0.png')
    expect([told(tested), tested.tests[0]?.images.length]).toEqual([[], 1])
  })

  test('a target needs both classes', () => {
    expect(told(listed(...whole, 'B/test/good/0.png'))).toEqual([
      'D122 the domain `B` has no `test/fault`: no faulty images to test on',
    ])
  })
})

describe('what is left out is named', () => {
  test.each([
    [
      'files of other kinds',
      ['A/train/good/2.gif', 'A/train/good/3.gif'],
      'D130 `A/train/good` of the data holds what is not read: `2.gif`, `3.gif`',
    ],
    [
      'images one directory deeper',
      ['A/train/good/day/2.png', 'A/train/good/day/3.png'],
      'D130 `A/train/good` of the data holds what is not read: `day/` (2 images)',
    ],
    ['images beside the directories', ['A/test/1.png'], 'D130 `A/test` of the data holds what is not read: `1.png`'],
    ['another split', ['A/validation/good/1.png'], 'D130 `A` of the data holds what is not read: `validation/`'],
    [
      'faulty images to train on',
      ['A/train/fault/1.png'],
      'D130 `A/train` of the data holds what is not read: `fault/` (1 image)',
    ],
    [
      'masks among the classes',
      ['A/test/masks/1.png'],
      'D130 `A/test` of the data holds what is not read: `masks/` (1 image)',
    ],
    [
      'masks without a class',
      ['A/ground_truth/dent/1_mask.png'],
      'D130 `A/ground_truth` of the data holds what is not read: `dent/` (1 image)',
    ],
    [
      'masks of a lossy kind',
      ['A/ground_truth/fault/1_mask.jpg'],
      'D130 `A/ground_truth/fault` of the data holds what is not read: `1_mask.jpg`',
    ],
    ['a domain without a test set', ['C/train/good/0.png'], 'D130 the root of the data holds what is not read: `C/`'],
    [
      'many',
      [4, 5, 6, 7, 8].map((i) => `A/train/good/${i}.gif`),
      'D130 `A/train/good` of the data holds what is not read: `4.gif`, `5.gif`, `6.gif` and 2 more',
    ],
    [
      'a link to nothing',
      ['A/train/good/note -> ENOENT'],
      'D130 `A/train/good` of the data holds what is not read: `note` (a link to nothing)',
    ],
    [
      'a pipe',
      ['A/train/good/queue -> a named pipe'],
      'D130 `A/train/good` of the data holds what is not read: `queue` (a named pipe)',
    ],
  ])('%s', (_, files, message) => {
    expect(told(listed(...whole, ...files))).toEqual([message])
  })

  test('notes, and what systems leave behind, are passed over', () => {
    const files = [
      'README.md',
      'notes/a.txt',
      'A/LICENSE',
      'A/train/good/.DS_Store',
      'A/test/Thumbs.db',
      'A/test/good/desktop.ini',
    ]
    expect(told(listed(...whole, ...files, '.git/x.png', '__MACOSX/test/good/0.png'))).toEqual([])
  })

  test('lossy images', () => {
    expect(told(listed(...whole, 'A/train/good/2.JPEG'))).toEqual([
      'D131 1 of 5 images is JPEG (`A/train/good/2.JPEG` is the first): lossy, and a network can tell them from the others',
    ])
  })
})

describe('what does not fit', () => {
  test.each([
    [
      'a mask without an image',
      ['A/ground_truth/fault/1_mask.png'],
      'D132 `A/ground_truth/fault/1_mask.png` is a mask without an image in `A/test/fault`',
    ],
    [
      'two masks for an image',
      ['A/ground_truth/fault/0.tif'],
      'D132 `A/ground_truth/fault/0.tif`, `A/ground_truth/fault/0_mask.png` are 2 masks for one image, `A/test/fault/0.png`',
    ],
    [
      'a mask for two images',
      ['A/test/fault/0.tif'],
      'D132 `A/ground_truth/fault/0_mask.png` is a mask that fits `A/test/fault/0.png` and `A/test/fault/0.tif`',
    ],
    ['an image that is none', ['A/train/good/9.png -> a socket'], 'D128 `A/train/good/9.png` is a socket, not a file'],
    [
      'an image that cannot be followed',
      ['A/test/good/9.png -> ELOOP'],
      'D128 `A/test/good/9.png` cannot be read (ELOOP)',
    ],
  ])('%s', (_, files, message) => {
    expect(told(listed(...whole, ...files))).toEqual([message])
  })

  test('lines of a table, one problem for the same mistake in many', () => {
    const lines = ['fault/0.png,0,1', 'fault/0.png,0,2', 'fault/0.png,much', 'fault/9.png,1']
    expect(told(listed(...whole, `A/test/severity.csv: image,severity\\n${lines.join('\\n')}`))).toEqual([
      'D133 line 2 of `A/test/severity.csv` has 3 cells, and the header has 2; line 3, too',
      "D133 line 4 of `A/test/severity.csv` has the severity 'much', which is not a number from 0 on",
      'D133 line 5 of `A/test/severity.csv` names fault/9.png, which is not there',
    ])
  })

  test('of many mistakes the rest is counted', () => {
    const lines = [1, 2, 3, 4, 5, 6, 7, 8].map((i) => `fault/x${i}.png,1`)
    const messages = told(listed(...whole, `A/test/severity.csv: image,severity\\n${lines.join('\\n')}`))
    expect(messages).toHaveLength(6)
    expect(messages[5]).toBe(
      'D133 line 7 of `A/test/severity.csv` names fault/x6.png, which is not there; lines 8, 9, too',
    )
  })
})

describe('on a disk', () => {
  function dataSet(name: string, ...files: readonly string[]): string {
    const root = join(scratch, name)
    for (const file of [...whole, ...files]) {
      mkdirSync(dirname(join(root, file)), { recursive: true })
      writeFileSync(join(root, file), '')
    }
    return root
  }

  test('special files and circles are named and never opened', () => {
    const root = dataSet('special')
    execFileSync('mkfifo', [join(root, 'A/train/good/7.png'), join(root, 'A/test/severity.csv')])
    symlinkSync('8.png', join(root, 'A/train/good/8.png'))
    symlinkSync('..', join(root, 'A/train/good/up'))
    symlinkSync('/dev/zero', join(root, 'A/test/good/9.png'))
    expect(told(list(openDisk(), root))).toEqual([
      'D128 `A/train/good/7.png` is a named pipe, not a file',
      'D128 `A/train/good/8.png` cannot be read (ELOOP)',
      'D130 `A/train/good` of the data holds what is not read: `up/`',
      'D128 `A/test/good/9.png` is a device, not a file',
      'D128 `A/test/severity.csv` is a named pipe, not a file',
    ])
  })

  test('links to files and directories are followed', () => {
    const root = dataSet('links', 'elsewhere/good/0.png', 'elsewhere/fault/0.png')
    mkdirSync(join(root, 'B'))
    symlinkSync('../elsewhere', join(root, 'B/test'))
    symlinkSync('../../../elsewhere/good/0.png', join(root, 'A/train/good/2.png'))
    const listing = list(openDisk(), root, { targets: ['B'] })
    expect(told(listing)).toEqual([])
    expect(listing.train).toHaveLength(3)
    expect(listing.tests[1]?.images).toHaveLength(2)
  })

  test('a directory is read once', () => {
    const root = dataSet('once')
    const disk = openDisk()
    const before = list(disk, root)
    writeFileSync(join(root, 'A/train/good/5.png'), '')
    expect(list(disk, root, { targets: [] }).train).toEqual(before.train)
    expect(list(openDisk(), root).train).toHaveLength(3)
  })

  test('a root that is no directory, or that no file can have', () => {
    const root = dataSet('root')
    expect(told(list(openDisk(), join(root, 'A/train/good/0.png')))).toEqual([
      expect.stringContaining('is a file, not a directory'),
    ])
    for (const path of [join(root, 'nowhere'), join(root, 'A/train/good/0.png/below'), '/\0', `/${'x'.repeat(5000)}`])
      expect(told(list(openDisk(), path))).toEqual([expect.stringContaining('D120 ')])
  })
})
