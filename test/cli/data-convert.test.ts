import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeImage } from '../../src/data/decode.js'
import { draemc, projectRoot, temporaryDirectory } from '../support/draemc.js'

function project(): string {
  const directory = temporaryDirectory()
  expect(draemc(['data', 'hdmap-example', join(directory, 'data'), '--size', '0.05']).status).toBe(0)
  cpSync(join(projectRoot, 'pipelines', 'quickstart.draem'), join(directory, 'quickstart.draem'))
  return directory
}

const small = ['--set', 'data.root="data"', '--set', 'data.batch=2']
const filesOf = (directory: string) =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? [join(entry.parentPath, entry.name).slice(directory.length + 1)] : []))
    .sort()

describe('draemc data convert', () => {
  it('writes what the pipeline takes, which the setting that it prints reads', async () => {
    const directory = project()
    const convert = (out: string, ...args: readonly string[]) =>
      draemc(['data', 'convert', 'quickstart.draem', out, ...small, ...args], { cwd: directory })
    expect(convert('same', '--set', 'data.image=0x1').status).toBe(3)
    const same = convert('same', '--depth', 'float32')
    expect(same.stderr).toMatch(/^\d+ images and \d+ masks written to same$/m)
    expect(same.stdout).toBe(
      'data = hdmap(root = "same", source = domain_A, targets = [domain_B, domain_C, domain_D], image = 32x96, channels = 1)\n',
    )
    const sixteen = convert('sixteen')
    expect([sixteen.status, sixteen.stdout]).toEqual([0, same.stdout.replace('same', 'sixteen')])
    const names = (folder: string) => filesOf(join(directory, folder)).map((file) => file.replace(/\.(tiff|png)$/, ''))
    expect(names('sixteen')).toEqual(names('same'))
    expect(names('same')).toEqual(
      names('data').filter((file) => file !== 'example.json' && !/^domain_[BCD].train/.test(file)),
    )
    for (const file of filesOf(join(directory, 'same'))
      .filter((name) => name.endsWith('.tiff'))
      .slice(0, 12)) {
      const [exact, rounded] = await Promise.all([
        decodeImage(readFileSync(join(directory, 'same', file))),
        decodeImage(readFileSync(join(directory, 'sixteen', file.replace('.tiff', '.png')))),
      ])
      expect([exact.height, exact.width, exact.channels]).toEqual([32, 96, 1])
      expect(rounded.header.bits).toBe(16)
      for (const [place, value] of exact.values.entries())
        expect(Math.abs((rounded.values[place] ?? 9) - value)).toBeLessThan(0.51 / 65535)
    }
    // The same data: a run on it has the bits of a run on the original.
    const checked = draemc(
      ['data', 'check', 'quickstart.draem', '--set', 'data.root="same"', '--set', 'data.batch=2'],
      {
        cwd: directory,
      },
    )
    expect([checked.status, checked.stdout]).toEqual([0, ''])
    const severities = (folder: string) => readFileSync(join(directory, folder, 'domain_A/test/severity.csv'), 'utf8')
    const values = (text: string) =>
      text
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.replace(/\.\w+,/, ','))
        .filter((line) => !line.startsWith('good/'))
        .sort()
    expect(values(severities('same'))).toEqual(values(severities('data')))
  })

  it('writes over nothing, and nothing where a file is broken', () => {
    const directory = project()
    mkdirSync(join(directory, 'there'))
    writeFileSync(join(directory, 'there', 'mine.txt'), 'mine')
    const convert = (out: string) => draemc(['data', 'convert', 'quickstart.draem', out, ...small], { cwd: directory })
    expect([convert('there').status, convert('there').stderr]).toEqual([
      2,
      expect.stringContaining('there is not empty'),
    ])
    const [image = ''] = readdirSync(join(directory, 'data/domain_A/train/good'))
    writeFileSync(join(directory, 'data/domain_A/train/good', image), 'broken')
    const broken = convert('out')
    expect([broken.status, broken.stdout]).toEqual([4, expect.stringContaining(image)])
    expect(readdirSync(directory).filter((name) => name.startsWith('out'))).toEqual([])
  })

  it('keeps images of one name apart, and faulty ones out of `good`', async () => {
    const directory = project()
    const [first, second] = readdirSync(join(directory, 'data/domain_A/train/good'))
    const at = (folder: string) => {
      mkdirSync(join(directory, 'parts', folder), { recursive: true })
      return join(directory, 'parts', folder, 'same.tiff')
    }
    const from = (name = '') => join(directory, 'data/domain_A/train/good', name)
    for (const folder of ['a', 'b', 'c', 'd']) cpSync(from(folder < 'c' ? first : second), at(folder))
    writeFileSync(
      join(directory, 'parts', 'list.csv'),
      'image,split,label,class\na/same.tiff,train,,\nb/same.tiff,train,,\nc/same.tiff,test,,\nd/same.tiff,test,faulty,good\n',
    )
    const data =
      'table(root = "parts", file = "list.csv", image = 32x96, channels = 1, batch = 1, validation = held_out(50%))'
    const set = ['--set', `data=${data}`, '--set', 'evaluate.on=[source.test]']
    const { status, stderr } = draemc(['data', 'convert', 'quickstart.draem', 'out', ...set], { cwd: directory })
    expect([status, stderr]).toEqual([0, expect.stringContaining('4 images and 0 masks written to out')])
    expect(filesOf(join(directory, 'out'))).toEqual([
      'test/test/good/same.png',
      'test/test/good_faulty/same.png',
      'test/train/good/same.png',
      'test/train/good/same_2.png',
    ])
  })

  it('says which domains are sources and that images are set apart, for the file of the pipeline', () => {
    const directory = project()
    mkdirSync(join(directory, 'mine'))
    cpSync(join(directory, 'quickstart.draem'), join(directory, 'mine', 'quickstart.draem'))
    const good = join(directory, 'data/domain_A/train/good')
    for (const domain of ['domain_A', 'domain_C'])
      cpSync(good, join(directory, 'data', domain, 'validation/good'), { recursive: true })
    const set = [...small, '--set', 'data.together_with=[domain_C]', '--set', 'data.validation=listed()']
    const { status, stdout } = draemc(['data', 'convert', 'mine/quickstart.draem', 'out', ...set], { cwd: directory })
    expect(status).toBe(0)
    expect(stdout).toBe(
      'data = hdmap(root = "../out", source = domain_A, together_with = [domain_C], targets = [domain_B, domain_D], image = 32x96, channels = 1, validation = listed())\n',
    )
    const path = join(directory, 'mine', 'quickstart.draem')
    writeFileSync(path, readFileSync(path, 'utf8').replace(/ {2}data = hdmap\(.*?\n {2}\)/s, `  ${stdout.trim()}`))
    const read = draemc(['check', 'mine/quickstart.draem', '--set', 'data.batch=2'], { cwd: directory })
    expect([read.status, read.stderr]).toEqual([0, 'mine/quickstart.draem: no mistakes found\n'])
  })
})
