import { define } from '../define.js'

export const settingsDiagnostics = {
  patchDoesNotFit: define<{
    side: 'width' | 'height'
    patch: string
    image: number
    size: string
    fix: string
  }>({
    code: 'D083',
    name: 'patch-does-not-fit',
    severity: 'error',
    allowable: false,
    message: ({ side, patch, image, size }) =>
      `a patch can be ${patch} ${side === 'width' ? 'wide' : 'high'}, and the image is ${image}px ${side === 'width' ? 'wide' : 'high'} (${size})`,
    label: ({ patch, side }) => `up to ${patch} ${side === 'width' ? 'wide' : 'high'}`,
    help: ({ fix }) => fix,
  }),
  sourceAmongTargets: define<{ name: string }>({
    code: 'D084',
    name: 'source-among-targets',
    severity: 'error',
    allowable: true,
    message: ({ name }) =>
      `the source \`${name}\` is also a target: what is measured on unseen domains would include the one it was trained on`,
    label: () => 'this is the source',
    help: ({ name }) => `Take \`${name}\` out of the targets; its own test set is evaluated as \`source.test\`.`,
  }),
  duplicateTarget: define<{ name: string }>({
    code: 'D085',
    name: 'target-given-twice',
    severity: 'error',
    allowable: false,
    message: ({ name }) => `the target \`${name}\` is listed twice`,
    label: () => 'listed before',
    help: () => 'Remove one of the two: it would count double in what is averaged over targets.',
  }),
  duplicateSource: define<{ name: string }>({
    code: 'D144',
    name: 'source-given-twice',
    severity: 'error',
    allowable: false,
    message: ({ name }) => `the model is trained on \`${name}\` already`,
    label: () => 'a source before',
    help: () => 'Remove it: its images would count double.',
  }),
  validationIsTest: define<Record<never, never>>({
    code: 'D087',
    name: 'validation-equals-test',
    severity: 'warning',
    allowable: true,
    message: () =>
      "validation is the source's test set: early stopping and the choice of a checkpoint see the images that the result is measured on (leakage)",
    label: () => 'validation equal to test',
    help: () =>
      'Write `held_out(10%, faults = synthetic)`; to reproduce published numbers, keep it and say why: `allow D087 because "..."`.',
  }),
  settingWithoutEffect: define<{ parameter: string; why: string; help: string }>({
    code: 'D088',
    name: 'setting-without-effect',
    severity: 'warning',
    allowable: true,
    message: ({ parameter, why }) => `\`${parameter}\` changes nothing: ${why}`,
    label: () => 'has no effect',
    help: ({ help }) => help,
  }),
  noFaults: define<{ why: string; help: string }>({
    code: 'D089',
    name: 'no-fault-is-ever-made',
    severity: 'warning',
    allowable: true,
    message: ({ why }) => `no training image ever gets a fault: ${why}`,
    label: () => 'no faults',
    help: ({ help }) => help,
  }),
  texturesMissing: define<{ folder: string; problem: string }>({
    code: 'D134',
    name: 'textures-missing',
    severity: 'error',
    allowable: false,
    message: ({ folder, problem }) => `the folder \`${folder}\` ${problem}: no image can be drawn from it`,
    label: ({ problem }) => problem,
    help: () => 'Paths in a file are relative to that file, on the command line to the working directory.',
  }),
  ladderWithoutDraw: define<{ synthesis: string }>({
    code: 'D135',
    name: 'ladder-without-a-drawn-severity',
    severity: 'error',
    allowable: false,
    message: ({ synthesis }) =>
      `a ladder sets the severity of faults, and that of \`${synthesis}\` is computed from other draws`,
    label: () => 'no draw to set',
    help: () =>
      'Take the ladder out, or a synthesis whose severity is one draw, as that of `additive`, `draem` and `cut_paste` is.',
  }),
  ladderAboveDraws: define<{ severity: number; most: number }>({
    code: 'D136',
    name: 'ladder-above-the-draws',
    severity: 'warning',
    allowable: true,
    message: ({ severity, most }) =>
      `the severity ${severity} is above all that the synthesis draws, which end at ${most}`,
    label: ({ most }) => `above ${most}`,
    help: ({ most }) =>
      `Write at most ${most}: the model has seen no stronger fault, and an opacity above 1 is none. To measure beyond it: \`allow D136 because "..."\`.`,
  }),
  nothingToDraw: define<{ parameter: string; shown: string }>({
    code: 'D082',
    name: 'nothing-to-draw',
    severity: 'error',
    allowable: false,
    message: ({ parameter, shown }) => `\`${parameter}\` is a power of 2 from ${shown}, and there is none`,
    label: () => 'no power of 2',
    help: () => 'Write a range that has one, such as `1 .. 32`.',
  }),
} as const
