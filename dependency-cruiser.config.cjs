// Imports point one way: a room may import itself and the rooms before it. What a room must not see although it stands later has a rule of its own.
const rooms = [
  'files',
  'source',
  'diagnostics',
  'random',
  'components',
  'events',
  'plan',
  'weights',
  'layouts',
  'syntax',
  'check',
  'ir',
  'lower',
  'passes',
  'targets',
  'native',
  'data',
  'train',
  'report',
  'study',
  'reference',
  'driver',
  'lsp',
  'ui',
  'cli',
  'tools',
]
const inRoom = (names) => `^src/(${names.join('|')})/`

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    ...rooms.slice(0, -1).map((room, index) => ({
      name: `${room}-imports-only-what-stands-before-it`,
      severity: 'error',
      from: { path: inRoom([room]) },
      to: { path: inRoom(rooms.slice(index + 1)) },
    })),
    {
      name: 'files-stands-alone',
      severity: 'error',
      from: { path: inRoom(['files']) },
      to: { path: '^src/', pathNot: inRoom(['files']) },
    },
    {
      name: 'the-ir-never-sees-the-language',
      severity: 'error',
      from: { path: inRoom(['ir', 'passes', 'targets']) },
      to: { path: [inRoom(['syntax', 'check']), '^grammar/'] },
    },
    {
      name: 'running-needs-no-compiler',
      severity: 'error',
      from: { path: inRoom(['data', 'train', 'report', 'native']) },
      to: { path: [inRoom(['syntax', 'check', 'ir', 'lower', 'passes', 'targets']), '^grammar/'] },
    },
    {
      name: 'only-ui-knows-react',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/ui/' },
      to: { path: 'node_modules/(react|ink)/' },
    },
    {
      name: 'only-the-engine-side-knows-tfjs',
      severity: 'error',
      from: { path: '^src/', pathNot: inRoom(['targets', 'native', 'train']) },
      to: { path: '@tensorflow/' },
    },
    {
      name: 'the-grammar-knows-only-its-own-tokens',
      severity: 'error',
      from: { path: '^grammar/' },
      to: { path: '^src/', pathNot: inRoom(['source', 'diagnostics', 'syntax']) },
    },
    {
      name: 'sources-never-import-tests',
      severity: 'error',
      from: { path: '^(src|grammar)/' },
      to: { path: '^(test|bench)/', pathNot: '^bench/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
}
