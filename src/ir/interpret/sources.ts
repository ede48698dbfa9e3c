import { keyWords, philoxBlock, uniform23 } from '../../random/philox.js'
import { numberOf, numbersOf, textOf } from '../ops/attributes.js'
import { sizeOf } from '../ops/shape.js'
import { type InterpretRule, operandAt, typeAt } from './rule.js'

export const constant: InterpretRule = (_operands, attributes, types) => [
  new Float64Array(sizeOf(typeAt(types).shape)).fill(numberOf(attributes, 'value')),
]

export const literal: InterpretRule = (_operands, attributes) => [Float64Array.from(numbersOf(attributes, 'values'))]

/** Row i of size `size`: the window's weight at i + k - radius, where what lies outside is reflected without repeating the border. */
export const gaussianBand: InterpretRule = (_operands, attributes) => {
  const size = numberOf(attributes, 'size')
  const window = numberOf(attributes, 'window')
  const sigma = numberOf(attributes, 'sigma')
  const isZero = textOf(attributes, 'border') === 'zero'
  const radius = (window - 1) / 2
  const weights = Array.from({ length: window }, (_weight, place) => {
    const distance = place - radius
    return Math.exp((-distance * distance) / (2 * sigma * sigma))
  })
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const band = new Float64Array(size * size)
  for (let row = 0; row < size; row += 1) {
    weights.forEach((weight, place) => {
      const at = row + place - radius
      if (isZero && (at < 0 || at >= size)) return
      const column = reflected(at, size)
      band[row * size + column] = (band[row * size + column] ?? 0) + weight / total
    })
  }
  return [band]
}

function reflected(place: number, size: number): number {
  if (place < 0) return -place
  return place < size ? place : 2 * (size - 1) - place
}

/** Words of the blocks (0, 0, step, 0), (1, 0, step, 0), ..: `count` of them, rounded up to whole blocks. */
function randomWords(count: number, key: string, step: number): Uint32Array {
  const [key0, key1] = keyWords(key)
  const blocks = Math.ceil(count / 4)
  const words = new Uint32Array(blocks * 4)
  for (let block = 0; block < blocks; block += 1)
    philoxBlock(words, block * 4, block, 0, step, step < 0 ? -1 : 0, key0, key1)
  return words
}

export const randomUniform: InterpretRule = (operands, attributes, types) => {
  const count = sizeOf(typeAt(types).shape)
  const words = randomWords(count, textOf(attributes, 'key'), operandAt(operands, 0).data[0] ?? 0)
  return [Float64Array.from(words.subarray(0, count), uniform23)]
}

/** Box and Muller 1958 on words (2i, 2i + 1): r sin, r cos. The radius' uniform is kept above zero as TensorFlow does. */
export const randomNormal: InterpretRule = (operands, attributes, types) => {
  const count = sizeOf(typeAt(types).shape)
  const words = randomWords(count, textOf(attributes, 'key'), operandAt(operands, 0).data[0] ?? 0)
  const values = new Float64Array(words.length)
  for (let i = 0; i < words.length; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(Math.max(uniform23(words[i] ?? 0), 1e-7)))
    const angle = 2 * Math.PI * uniform23(words[i + 1] ?? 0)
    values[i] = radius * Math.sin(angle)
    values[i + 1] = radius * Math.cos(angle)
  }
  return [values.slice(0, count)]
}
