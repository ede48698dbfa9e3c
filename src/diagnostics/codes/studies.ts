import { define } from '../define.js'

export const studiesDiagnostics = {
  cellRefused: define<{ path: string; value: string; code: string; because: string; isAllowable: boolean }>({
    code: 'D090',
    name: 'cell-refused',
    severity: 'error',
    allowable: false,
    message: ({ path, value, code, because }) =>
      `with \`${value}\` for \`${path}\` the pipeline is refused by ${code}: ${because}`,
    label: () => 'this cell would not run',
    help: ({ code, isAllowable }) =>
      isAllowable
        ? `Take the value out, vary what it does not go with, or write \`allow ${code} because "..."\` into the study.`
        : 'Take the value out, or vary with it what it does not go with.',
  }),
  cellWarned: define<{ path: string; value: string; code: string; because: string }>({
    code: 'D094',
    name: 'cell-warned',
    severity: 'warning',
    allowable: true,
    message: ({ path, value, code, because }) =>
      `with \`${value}\` for \`${path}\` the pipeline gets the warning ${code}: ${because}`,
    label: () => 'a warning of this cell',
    help: ({ code }) => `Change the value, or write \`allow ${code} because "..."\` into the study.`,
  }),
  exclusion: define<{ problem: string; help: string }>({
    code: 'D091',
    name: 'exclusion-without-sense',
    severity: 'error',
    allowable: false,
    message: ({ problem }) => `this excludes ${problem}`,
    label: () => 'held against every cell of the study',
    help: ({ help }) => help,
  }),
  valueTwice: define<{ path: string; value: string; isWrittenSo: boolean }>({
    code: 'D092',
    name: 'study-value-twice',
    severity: 'error',
    allowable: false,
    message: ({ path, value, isWrittenSo }) =>
      isWrittenSo
        ? `\`${value}\` stands twice among the values of \`${path}\``
        : `\`${value}\` for \`${path}\` gives a pipeline that another of its values gives`,
    label: () => 'the same run again',
    help: () => 'Take one of the two out.',
  }),
  emptyStudy: define<{ study: string }>({
    code: 'D093',
    name: 'study-without-axes',
    severity: 'error',
    allowable: false,
    message: ({ study }) => `the study \`${study}\` varies nothing`,
    label: () => 'no axis and no seeds',
    help: () => 'Vary a param or a setting: `vary lambda = [0.5, 1.0]`, or give `seeds = [1, 2, 3]`.',
  }),
} as const
