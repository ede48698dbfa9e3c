import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { namingEnum } from '../values/builtin-enums.js'
import { describeValue } from '../values/describe.js'
import { isTensorType } from '../values/type.js'
import { resolveType } from '../values/types.js'
import type { BlockValue, BlockWrapper, Value } from '../values/value.js'
import { poison } from '../values/value.js'
import { type Declared, declareFunction, float, int, optional, text, word } from './declare.js'
import type { FunctionCall, FunctionRule } from './rule.js'

/** A block, with its static parameters bound or not. */
function block(doc: string): Declared<Value | undefined> {
  return { type: { kind: 'any', shown: 'a block' }, doc, read: (value) => value }
}

/** The block with one more wrapper around its calls; what is a block by its type alone stays what it is. */
function wrapped(call: FunctionCall<'body'>, body: Value | undefined, wrapper: BlockWrapper): Value {
  if (body?.kind === 'block') return { ...body, wrappers: [...(body.wrappers ?? []), wrapper], span: call.span }
  if (body?.kind === 'unknown')
    return body.type === undefined || body.type.kind === 'block' ? body : notABlock(call, body)
  return body === undefined ? poison(call.span, 'undecided') : notABlock(call, body)
}

function notABlock(call: FunctionCall<'body'>, body: Value): Value {
  const help =
    body.kind === 'tensor'
      ? `What is computed already cannot be wrapped: write \`x |> ${call.rule.name}(BLOCK)\` with the block that computes it.`
      : undefined
  const facts = { what: `\`body\` of \`${call.rule.name}\``, expected: 'a block', found: describeValue(body) }
  return call.fail(typesDiagnostics.typeMismatch, call.spanOf('body'), help === undefined ? facts : { ...facts, help })
}

/** The one operand of a block that can be called on its own result; undefined where it has none or several. */
function onlyOperand({ block, bound }: BlockValue, call: Pick<FunctionCall, 'env'>): string | undefined {
  const inner = { ...call.env, module: block.module }
  const open = block.declaration.parameters.filter(({ name }) => !bound.has(name.name))
  const operands = open.filter(({ type }) => isTensorType(resolveType(type, inner)))
  return operands.length === 1 ? operands[0]?.name.name : undefined
}

/** The parameter that says which repetition it is. */
const place = 'index'

function repeated(call: FunctionCall<'body' | 'times'>, body: Value | undefined, times: number | undefined): Value {
  if (body?.kind !== 'block') return wrapped(call, body, { kind: 'repeated', times, operand: '' })
  const operand = onlyOperand(body, call)
  if (operand === undefined)
    return call.refuse('body', 'a block of one operand, which its result can be', `\`${body.block.name}\``)
  const isPlaced = body.block.declaration.parameters.some(({ name }) => name.name === place) && !body.bound.has(place)
  const first = { kind: 'number', value: 0, isInteger: true, span: call.span } as const
  const bound = isPlaced ? new Map(body.bound).set(place, first) : body.bound
  return wrapped(call, { ...body, bound }, { kind: 'repeated', times, operand, ...(isPlaced ? { place } : {}) })
}

export const blockFunctions: readonly FunctionRule[] = [
  declareFunction('repeat', {
    doc: 'A block, called several times, each time on what the last call gave. Every call has weights of its own, named by its number from 0: `layer.0.conv.kernel`. A parameter `index` of the block that is not given is that number.',
    parameters: {
      times: int('How many times.', { minimum: 1, maximum: 1024 }),
      body: block('A block of one operand.'),
    },
    result: 'block',
    example: 'image |> repeat(3, unit(channels = 3))',
    givesBlock: true,
    apply: ({ body, times }, call) => repeated(call, body, times),
  }),
  declareFunction('weights', {
    doc: 'A block whose weights and statistics begin as a file has them: safetensors (a checkpoint of draemc too), or what `torch.save` wrote. Every one of them must be there, with its shape; kernels of PyTorch are brought into the order of axes that they have here. Nothing of the file is executed.',
    parameters: {
      file: text('path', 'Path of the file.'),
      body: block('A block.'),
      prefix: optional(text('string', 'Beginning of the names in the file: `encoder` for `encoder.conv1.weight`.')),
      names: word(namingEnum, 'How the file calls the parts of the block.', 'own'),
    },
    result: 'block',
    example: 'image |> weights("unit.safetensors", unit(channels = 8))',
    givesBlock: true,
    apply: ({ body, file, prefix, names }, call) => {
      if (file === undefined || names === undefined || prefix === undefined)
        return body ?? poison(call.span, 'undecided')
      if (file === '') return call.refuse('file', 'the path of a file', 'an empty text')
      const source = { file: call.pathOf('file', file), prefix: prefix ?? '', naming: names }
      return wrapped(call, body, { kind: 'pretrained', span: call.spanOf('file'), ...source })
    },
  }),
  declareFunction('normal_init', {
    doc: "A block whose kernels begin as normal numbers about 0, and the scales of its norms as normal numbers about 1, where its own code does not say how they are initialised: `weights_init` of the authors' code of DRAEM. Biases begin as they would.",
    parameters: {
      body: block('A block.'),
      deviation: float('Standard deviation.', { default: 0.02, exclusiveMinimum: 0 }),
    },
    result: 'block',
    example: 'image |> normal_init(unit(channels = 8))',
    givesBlock: true,
    apply: ({ body, deviation }, call) => wrapped(call, body, { kind: 'initialised', deviation }),
  }),
  declareFunction('frozen', {
    doc: 'A block whose weights are not trained: they keep their first values, without decay, and its batch norms and dropouts do while training what they do in evaluation. Gradients pass through it to what it is given.',
    parameters: { body: block('A block.') },
    result: 'block',
    example: 'recon |> frozen(weights("unit.safetensors", unit(channels = 3)))',
    givesBlock: true,
    apply: ({ body }, call) => wrapped(call, body, { kind: 'frozen' }),
  }),
]
