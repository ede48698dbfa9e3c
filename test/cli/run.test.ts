import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { decodeSafetensors } from '../../src/plan/safetensors.js'
import { draemc, draemcInTerminal, projectRoot, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'
import { Terminal } from '../ui/terminal.js'

/** The quickstart pipeline over a tenth of the example data, in a folder of its own. */
function smallProject(): { readonly directory: string; readonly pipeline: string; readonly data: string } {
  const directory = temporaryDirectory()
  const data = join(directory, 'datasets', 'hdmap-example')
  expect(draemc(['data', 'hdmap-example', data, '--size', '0.2']).status).toBe(0)
  mkdirSync(join(directory, 'pipelines'))
  const pipeline = join(directory, 'pipelines', 'quickstart.draem')
  cpSync(join(projectRoot, 'pipelines', 'quickstart.draem'), pipeline)
  return { directory, pipeline, data }
}

const quick = ['--set', 'data.batch=8', '--set', 'train.epochs=2']

describeNative('draemc run', () => {
  it('trains, evaluates and leaves a run directory, with plain lines where there is no terminal', () => {
    const { directory, pipeline } = smallProject()
    const out = join(directory, 'first')
    const first = draemc(['run', pipeline, ...quick, '--out', out], { cwd: directory })
    expect(first.stderr).toContain('completed')
    expect(first.status).toBe(0)
    expect(first.stderr).not.toContain('\u001b[')
    const files = [
      'plan.json',
      'manifest.json',
      'settings.json',
      'resolved.txt',
      'ir.txt',
      'events.jsonl',
      'predictions.csv',
      'results.json',
    ]
    for (const file of [...files, 'graph/saved_model.pb', 'checkpoints/last.safetensors']) {
      expect(existsSync(join(out, file)), file).toBe(true)
    }
    expect(readdirSync(out, { recursive: true }).filter((name) => /\.(part|tmp)$/.test(String(name)))).toEqual([])
    const header = readFileSync(join(out, 'predictions.csv'), 'utf8').split('\n')[0]
    for (const column of ['domain', 'file', 'label', 'score']) expect(header).toContain(column)

    const again = join(directory, 'second')
    expect(draemc(['run', pipeline, ...quick, '--out', again], { cwd: directory }).status).toBe(0)
    // The same seed gives the same losses and scores, bit for bit.
    expect(losses(again)).toEqual(losses(out))
    expect(readFileSync(join(again, 'predictions.csv'), 'utf8')).toBe(
      readFileSync(join(out, 'predictions.csv'), 'utf8'),
    )

    expect(draemc(['run', pipeline, ...quick, '--out', out], { cwd: directory }).status).toBe(2)
    const place = join(pipeline, 'below')
    const refused = draemc(['run', pipeline, ...quick, '--out', place], { cwd: directory })
    expect(refused.status).toBe(2)
    expect(refused.stderr).toContain(`error: cannot write to ${place}: `)
  })

  it('prints with --json the lines of events.jsonl', () => {
    const { directory, pipeline } = smallProject()
    const out = join(directory, 'json')
    const { status, stdout } = draemc(['run', pipeline, '--json', ...quick, '--out', out], { cwd: directory })
    expect(status).toBe(0)
    expect(readFileSync(join(out, 'events.jsonl'), 'utf8')).toBe(stdout)
    expect(stdout.split('\n')[0]).toContain('"phase":"compile"')
  })

  it('leaves no run directory without an end, however soon it is interrupted', async () => {
    const { directory, pipeline } = smallProject()
    const out = join(directory, 'early')
    const keys = ['after compiling:^C']
    const ended = await draemcInTerminal(
      ['run', pipeline, '--plain', ...quick, '--out', out],
      { rows: 30, columns: 100 },
      keys,
      {
        cwd: directory,
      },
    )
    expect(ended.status).toBe(130)
    expect(readFileSync(join(out, 'events.jsonl'), 'utf8')).toContain('"outcome":"interrupted","steps":0')
  })

  it('computes in float64 when asked, and says so wherever it says what is computed', () => {
    const { directory, pipeline } = smallProject()
    const out = join(directory, 'float64')
    const asked = ['--set', 'train.precision=float64']
    const run = draemc(['run', pipeline, ...quick, ...asked, '--out', out], { cwd: directory })
    expect(run.status).toBe(0)
    expect(run.stderr).toMatch(/seed 1, float64, TensorFlow/)
    expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')).precision).toBe('float64')
    const { tensors } = decodeSafetensors(readFileSync(join(out, 'checkpoints', 'last.safetensors')))
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F64']))
    // What stays in float32 is what the data's workers write, and random numbers.
    const floats = readFileSync(join(out, 'ir.txt'), 'utf8').split('\n')
    const narrow = floats.filter((line) => /^ {2}.*: f32\[/.test(line))
    expect(narrow.filter((line) => !/= random_(uniform|normal)\(/.test(line))).toEqual([])
    const [header, row] = readFileSync(join(out, 'predictions.csv'), 'utf8').split('\n')
    const score = row?.split(',')[header?.split(',').indexOf('score') ?? -1] ?? ''
    expect(Number(score)).not.toBe(Math.fround(Number(score)))
    expect(draemc(['explain', pipeline, ...asked], { cwd: directory }).stdout).toMatch(/training step .* in float64/)
  })

  it('names a broken image before training, with exit code 4', () => {
    const { directory, pipeline, data } = smallProject()
    const folder = join(data, 'domain_A', 'train', 'good')
    const [image] = readdirSync(folder)
    truncateSync(join(folder, String(image)), 200)
    const { status, stderr } = draemc(['run', pipeline, ...quick], { cwd: directory })
    expect(status).toBe(4)
    expect(stderr).toContain(String(image))
  })

  it('says before it starts what does not fit into memory, with the largest batch that does', () => {
    const { directory, pipeline } = smallProject()
    const huge = draemc(['run', pipeline, '--set', 'data.image=4096x4096', '--set', 'data.batch=24', '--out', 'huge'], {
      cwd: directory,
    })
    expect(huge.stderr).toMatch(
      /^error: the run takes about [\d.]+ [GT]iB of memory, and this machine has [\d.]+ [GT]iB$/m,
    )
    expect(huge.stderr).toMatch(
      /^ {2}help: (the largest batch that fits is \d+: --set data\.batch=\d+ --set data\.eval_batch=\d+(; to keep the batch of 24: --set train\.micro_batch=\d+ --set data\.eval_batch=\d+)?|not even a batch of one image fits)/m,
    )
    expect(huge.status).toBe(1)
    expect(existsSync(join(directory, 'huge'))).toBe(false)
  })

  it('draws on a terminal that is lower than the results, leaves them whole and the terminal as it was', async () => {
    const { directory, pipeline } = smallProject()
    const size = { rows: 10, columns: 100 }
    const ended = await draemcInTerminal(['run', pipeline, ...quick], size, [], { cwd: directory })
    expect(ended.status).toBe(0)
    expect(ended.restored).toBe(true)
    expect(ended.screen.lastIndexOf('\u001b[?25h')).toBeGreaterThan(ended.screen.lastIndexOf('\u001b[?25l'))
    expect(ended.screen).toContain('img/s')
    const terminal = new Terminal(size.columns, size.rows)
    terminal.write(ended.screen.replaceAll('\r\n', '\n'))
    const lines = terminal.text.split('\n')
    for (const domain of ['domain_A', 'domain_B']) expect(lines.filter((line) => line.includes(domain))).toHaveLength(1)
    expect(lines.at(-1)).toMatch(/^written to .*runs\/quickstart\//)
  })

  it('ends after the step on Ctrl-C, with a checkpoint and results', async () => {
    const { directory, pipeline } = smallProject()
    const out = join(directory, 'interrupted')
    const long = ['--set', 'data.batch=8', '--set', 'train.epochs=500', '--out', out]
    const ended = await draemcInTerminal(['run', pipeline, ...long], { rows: 30, columns: 100 }, ['after img/s:^C'], {
      cwd: directory,
    })
    expect(ended.status).toBe(130)
    expect(ended.restored).toBe(true)
    expect(existsSync(join(out, 'checkpoints', 'last.safetensors'))).toBe(true)
    expect(existsSync(join(out, 'results.json'))).toBe(true)
    const events = readFileSync(join(out, 'events.jsonl'), 'utf8')
    expect(events).toContain('"outcome":"interrupted"')
  })

  it('ends at once on the second Ctrl-C', async () => {
    const { directory, pipeline } = smallProject()
    const out = join(directory, 'killed')
    const long = ['--set', 'data.batch=8', '--set', 'train.epochs=500', '--out', out]
    const keys = ['after img/s:^C^C']
    const ended = await draemcInTerminal(['run', pipeline, ...long], { rows: 30, columns: 100 }, keys, {
      cwd: directory,
    })
    expect(ended.status).toBe(130)
    expect(ended.restored).toBe(true)
    const last = readFileSync(join(out, 'events.jsonl'), 'utf8').trimEnd().split('\n').at(-1)
    expect(JSON.parse(last ?? '').event.steps).toBeGreaterThan(0)
  })
})

function losses(directory: string): readonly unknown[] {
  return readFileSync(join(directory, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).event)
    .filter((event) => event.type === 'validation' || event.type === 'evaluation')
}
