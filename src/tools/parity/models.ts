import { join } from 'node:path'
import type { CheckedPipeline } from '../../check/checked.js'
import { phases } from '../../driver/phases/table.js'
import { runPhases } from '../../driver/run-phases.js'
import type { IrModule } from '../../ir/types.js'
import { type LoweredPipeline, lossPrefix, lowerForward } from '../../lower/lower.js'
import { packageRoot } from '../../native/package-root.js'
import { gradientPrefix } from '../../passes/differentiate.js'
import { own } from '../../source/own.js'
import { type Comparison, type ComputedIn, compare, type Expectation } from './compare.js'
import type { Loaded, ParityEngine, Program } from './engines.js'
import { type Fixture, FixtureError, type FixtureTensor, groupNames, tensor } from './fixture.js'
import { withGradients } from './layer.js'
import { ourMap, ourWeight } from './layout.js'
import { type ModelConfig, readModelConfig } from './model-config.js'
import { checkModelTensors, deadBiases, isCounter, isTrained, ourName } from './model-tensors.js'
import { isScore, pipelineText, scoreBinding } from './model-text.js'

/**
 * A whole model: evaluation in float32, and one training pass with its losses, gradients and running statistics in the precision that
 * the config names; without one in float64, which the pipeline of the comparison then asks for.
 */
export function compareModel(fixture: Fixture, engines: readonly ParityEngine[]): readonly Comparison[] {
  const config = readModelConfig(fixture.config)
  const scores = groupNames(fixture, 'eval').filter((name) => isScore(config, name))
  const computedIn = config.precision ?? 'float64'
  const { pipeline, lowered } = compiled(pipelineText(config, scores, 'float32'))
  const module = parityModule(pipeline, lowered)
  const asked = compiled(pipelineText(config, scores, computedIn))
  const training = computedIn === 'float32' ? module : parityModule(asked.pipeline, asked.lowered)
  const initial = weights(fixture, module)
  const count = module.state
    .filter(({ kind }) => kind === 'weight')
    .reduce((sum, { type }) => sum + type.shape.reduce((product, size) => product * size, 1), 0)
  if (count !== config.parameters) throw new FixtureError(`it has ${config.parameters} parameters, ours ${count}`)
  checkModelTensors(fixture, config, pipeline)
  const dead = deadBiases(fixture, config, pipeline)
  return engines.flatMap((engine) => {
    const evaluated = using(engine, { module, initial }, (loaded) => compareEvaluation(fixture, config, loaded, engine))
    if (!isTrained(fixture)) return evaluated
    const trained = using(engine, { module: training, initial }, (loaded) =>
      compareTraining(fixture, { ...config, precision: computedIn }, dead, loaded, engine),
    )
    return [...evaluated, ...trained]
  })
}

function using<Result>(engine: ParityEngine, program: Program, work: (loaded: Loaded) => Result): Result {
  const loaded = engine.load(program)
  try {
    return work(loaded)
  } finally {
    loaded.close()
  }
}

export function compiled(text: string): { readonly pipeline: CheckedPipeline; readonly lowered: LoweredPipeline } {
  const { artefacts, diagnostics } = runPhases(
    phases,
    { path: join(packageRoot(), 'parity.draem'), text },
    { until: 'lowered', overrides: [], environment: {}, workingDirectory: packageRoot(), lookAtDisk: false },
  )
  const pipeline = artefacts.checked?.pipeline
  if (pipeline === undefined || artefacts.lowered === undefined) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error')
    throw new FixtureError(
      `its pipeline has errors: ${errors.map(({ code, message }) => `${code} ${message}`).join('; ')}`,
    )
  }
  return { pipeline, lowered: artefacts.lowered }
}

/** `eval_step` with every output of the model, `train_step` with those, the losses and the gradients. */
function parityModule(pipeline: CheckedPipeline, { module, training }: LoweredPipeline): IrModule {
  const losses = pipeline.lossTerms.map(({ name, node }) => ({ name: lossPrefix + name, node }))
  const functions = module.functions.map((source) => {
    if (source.name === 'train_step') {
      const outputs = [...losses, ...pipeline.outputs]
      return lowerForward(pipeline, module.state, {
        name: 'train_step',
        phase: 'train',
        batch: pipeline.batch,
        outputs,
      })
    }
    if (source.name !== 'eval_step') return source
    const { evalBatch: batch, outputs } = pipeline
    return lowerForward(pipeline, module.state, { name: 'eval_step', phase: 'inference', batch, outputs })
  })
  return withGradients({ ...module, functions: functions.filter(({ name }) => name !== 'predict') }, training)
}

function weights(fixture: Fixture, module: IrModule): ReadonlyMap<string, ArrayLike<number>> {
  const initial = new Map<string, ArrayLike<number>>()
  const shapes = new Map(module.state.map(({ name, type }) => [name, type.shape]))
  for (const name of groupNames(fixture, 'weights')) {
    if (isCounter(name)) continue
    const ours = ourName(name)
    const { shape, values } = ourWeight(tensor(fixture, `weights/${name}`))
    const expected = shapes.get(ours)
    if (expected?.join() !== shape.join()) {
      throw new FixtureError(
        `${name} is [${shape.join(', ')}], our ${ours} is [${expected?.join(', ') ?? 'not there'}]`,
      )
    }
    initial.set(ours, values)
  }
  for (const name of shapes.keys()) if (!initial.has(name)) throw new FixtureError(`it has no weights for ${name}`)
  return initial
}

const modelOutputs: Readonly<Record<string, readonly string[]>> = {
  reconstruction: ['recon', 'recon.image'],
  mask_logits: ['seg.mask'],
  anomaly_map: ['anomaly_map'],
  mask_score: ['mask_score'],
  severity: ['severity'],
}

function outputOf(outputs: Readonly<Record<string, ArrayLike<number>>>, name: string): ArrayLike<number> {
  const candidates = own(modelOutputs, name) ?? [scoreBinding(name)]
  const found = candidates.map((candidate) => own(outputs, candidate)).find((output) => output !== undefined)
  if (found === undefined) throw new FixtureError(`the output ${name} is not known`)
  return found
}

function inputs(fixture: Fixture): Readonly<Record<string, ArrayLike<number>>> {
  const image = ourMap(tensor(fixture, 'input/image')).values
  // Evaluation sees nothing else.
  if (!isTrained(fixture)) return { image }
  return {
    image,
    clean: ourMap(tensor(fixture, 'input/clean')).values,
    fault_mask: ourMap(tensor(fixture, 'input/mask')).values,
    fault_severity: tensor(fixture, 'input/severity').values,
    batch_norm_momentum: [0.1],
    step: [0],
  }
}

function compareEvaluation(
  fixture: Fixture,
  config: ModelConfig,
  loaded: Loaded,
  engine: ParityEngine,
): readonly Comparison[] {
  const outputs = loaded.run('eval_step', inputs(fixture))
  return groupNames(fixture, 'eval').map((name) => {
    const expected = ourMap(tensor(fixture, `eval/${name}`))
    return compare(engine.name, expectationOf(fixture, config, 'eval', name, expected), outputOf(outputs, name))
  })
}

function expectationOf(
  { name: fixture }: Fixture,
  { float32Spread }: ModelConfig,
  group: string,
  name: string,
  expected: FixtureTensor,
): Expectation {
  const spread = float32Spread.get(`${group}/${name}`)
  const expectation = { fixture, group, tensor: name, expected }
  return spread === undefined ? expectation : { ...expectation, float32Spread: spread }
}

function compareTraining(
  fixture: Fixture,
  config: ModelConfig & { readonly precision: ComputedIn },
  dead: ReadonlySet<string>,
  loaded: Loaded,
  engine: ParityEngine,
): readonly Comparison[] {
  const outputs = loaded.run('train_step', inputs(fixture))
  const state = loaded.state()
  const one = (
    group: string,
    name: string,
    expected: FixtureTensor,
    actual: ArrayLike<number> | undefined,
  ): Comparison => {
    const expectation = expectationOf(fixture, config, group, name, expected)
    return compare(engine.name, { ...expectation, computedIn: config.precision }, actual)
  }
  return [
    ...groupNames(fixture, 'train').map((name) =>
      one('train', name, ourMap(tensor(fixture, `train/${name}`)), outputOf(outputs, name)),
    ),
    ...groupNames(fixture, 'loss').map((name) => {
      const term = outputs[`${lossPrefix}${name}`] ?? outputs[`${lossPrefix}${name}_term`]
      return one('loss', name, tensor(fixture, `loss/${name}`), term)
    }),
    ...groupNames(fixture, 'grad')
      .filter((name) => !dead.has(name))
      .map((name) => {
        const expected = ourWeight(tensor(fixture, `grad/${name}`))
        // A weight that the total does not reach has no gradient here; in PyTorch it is zero.
        const actual = own(outputs, gradientPrefix + ourName(name)) ?? new Float64Array(expected.values.length)
        return one('grad', name, expected, actual)
      }),
    ...groupNames(fixture, 'after')
      .filter((name) => !isCounter(name))
      .map((name) => one('after', name, tensor(fixture, `after/${name}`), state.get(ourName(name)))),
  ]
}
