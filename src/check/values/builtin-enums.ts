import type { Span } from '../../source/span.js'
import type { EnumDeclaration } from '../../syntax/ast.js'
import { namingNames } from '../../weights/names.js'

const nowhere: Span = { file: '<builtin>', start: 0, end: 0 }

/** An enum of the language itself; `words` are its values, so that TypeScript knows them too. */
export interface BuiltinEnum<Word extends string = string> extends EnumDeclaration {
  readonly words: readonly Word[]
}

function builtinEnum<const Word extends string>(name: string, words: readonly Word[], doc: string): BuiltinEnum<Word> {
  const identifier = (text: string) => ({ kind: 'identifier', name: text, span: nowhere }) as const
  return { kind: 'enum', doc, name: identifier(name), values: words.map(identifier), words, span: nowhere }
}

/** Channels of a segmentation, in their order: `softmax(seg.mask)[anomaly]`. */
export const pixelClass = builtinEnum('pixel_class', ['normal', 'anomaly'], 'The two classes of a pixel.')

export const interpolation = builtinEnum(
  'interpolation',
  ['bilinear', 'nearest'],
  'How values between pixels are made.',
)

/**
 * `standard` is PyTorch's for convolutions and dense layers: uniform in +-1/sqrt(fan_in), bias alike
 * (kaiming uniform with a = sqrt 5). He et al. 2015 and Glorot & Bengio 2010 for the others.
 */
export const initializerEnum = builtinEnum(
  'initializer',
  ['standard', 'xavier_uniform', 'xavier_normal', 'kaiming_normal_fan_out', 'normal', 'zero'],
  'How the weights of a layer are initialised.',
)

export const borderEnum = builtinEnum('border', ['reflect', 'zero'], 'What a window sees beyond the border of a map.')

export const namingEnum = builtinEnum(
  'weight_names',
  namingNames,
  "How a file of weights calls the parts of a network: `own` as the bindings here, `draem` as anomalib's and the authors' code of DRAEM, `torchvision` as its residual networks.",
)

export const sideEnum = builtinEnum('side', ['height', 'width'], 'A side of the image.')

export type InitializerWord = (typeof initializerEnum)['words'][number]

export const builtinEnums: ReadonlyMap<string, EnumDeclaration> = new Map<string, EnumDeclaration>(
  [pixelClass, interpolation, initializerEnum, borderEnum, sideEnum, namingEnum].map((declaration) => [
    declaration.name.name,
    declaration,
  ]),
)
