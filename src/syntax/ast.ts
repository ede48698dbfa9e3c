import type { Span } from '../source/span.js'

/** What every node has. `recovered` marks a node that the parser completed by itself: checks are silent on it. */
interface Node {
  readonly span: Span
  readonly recovered?: true
}

export interface Identifier extends Node {
  readonly kind: 'identifier'
  readonly name: string
}

/** The words a number can carry. `epoch`/`epochs` and `step`/`steps` are one unit each. */
export type Unit = 'px' | 'percent' | 'epoch' | 'step' | 'degree' | 'second'

export interface NumberLiteral extends Node {
  readonly kind: 'number'
  /** As written, without unit and underscores folded: 16, 1e-4, 97422725. */
  readonly value: number
  readonly isInteger: boolean
  readonly unit?: Unit
}
/** `256x256`: height x width. */
export interface SizeLiteral extends Node {
  readonly kind: 'size'
  readonly height: number
  readonly width: number
}
export interface StringLiteral extends Node {
  readonly kind: 'string'
  readonly value: string
}
export interface BooleanLiteral extends Node {
  readonly kind: 'boolean'
  readonly value: boolean
}
export interface ListExpression extends Node {
  readonly kind: 'list'
  readonly items: readonly Expression[]
}
export interface RecordField extends Node {
  readonly name: Identifier
  readonly value: Expression
}
/** `{ mask = logits, features = [a, b] }` */
export interface RecordExpression extends Node {
  readonly kind: 'record'
  readonly fields: readonly RecordField[]
}
export interface Argument extends Node {
  readonly name?: Identifier
  readonly value: Expression
}
/** `conv2d(64, kernel = 3)`; a bare name after a pipe is a call without arguments. */
export interface CallExpression extends Node {
  readonly kind: 'call'
  readonly callee: Expression
  readonly args: readonly Argument[]
}
/** `seg.mask`, `source.test`, `val.auroc` */
export interface MemberExpression extends Node {
  readonly kind: 'member'
  readonly object: Expression
  readonly member: Identifier
}
/** `features[4]`, `softmax(x)[anomaly]` */
export interface IndexExpression extends Node {
  readonly kind: 'index'
  readonly object: Expression
  readonly index: Expression
}
export type UnaryOperator = '-' | 'not'
export interface UnaryExpression extends Node {
  readonly kind: 'unary'
  readonly operator: UnaryOperator
  readonly operand: Expression
}
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or'
export interface BinaryExpression extends Node {
  readonly kind: 'binary'
  readonly operator: BinaryOperator
  readonly operatorSpan: Span
  readonly left: Expression
  readonly right: Expression
}
/** `x |> f(a)`: x becomes f's first operand. */
export interface PipeExpression extends Node {
  readonly kind: 'pipe'
  readonly input: Expression
  readonly stage: Expression
}
/** `16px .. 64px`, both ends included. */
export interface RangeExpression extends Node {
  readonly kind: 'range'
  readonly low: Expression
  readonly high: Expression
}
export interface MatchArm extends Node {
  /** An enum's value, a number, boolean or string; `_` is the rest. */
  readonly pattern: Expression | Wildcard
  readonly value: Expression
}
export interface Wildcard extends Node {
  readonly kind: 'wildcard'
}
/** `match scale { single => a, multi => b }`: on static values, exhaustive. Arms end at a newline or comma. */
export interface MatchExpression extends Node {
  readonly kind: 'match'
  readonly subject: Expression
  readonly arms: readonly MatchArm[]
}
/** `if deep { a } else { b }` on a static condition. */
export interface IfExpression extends Node {
  readonly kind: 'if'
  readonly condition: Expression
  readonly then: Expression
  readonly otherwise: Expression
}
/** A place where the parser found no expression. */
export interface MissingExpression extends Node {
  readonly kind: 'missing'
}
export type Expression =
  | Identifier
  | NumberLiteral
  | SizeLiteral
  | StringLiteral
  | BooleanLiteral
  | ListExpression
  | RecordExpression
  | CallExpression
  | MemberExpression
  | IndexExpression
  | UnaryExpression
  | BinaryExpression
  | PipeExpression
  | RangeExpression
  | MatchExpression
  | IfExpression
  | MissingExpression

/** `map`, `int`, `[map]`, `{ mask: logits, features: [map] }`, `block(image: map, seg: segmentation) -> value` */
export type TypeExpression = NamedType | ListType | RecordType | BlockType
export interface NamedType extends Node {
  readonly kind: 'named_type'
  readonly name: Identifier
}
export interface ListType extends Node {
  readonly kind: 'list_type'
  readonly item: TypeExpression
}
export interface TypeField extends Node {
  readonly name: Identifier
  readonly type: TypeExpression
}
export interface RecordType extends Node {
  readonly kind: 'record_type'
  readonly fields: readonly TypeField[]
}
export interface BlockType extends Node {
  readonly kind: 'block_type'
  readonly operands: readonly TypeField[]
  readonly result: TypeExpression
}

/** `name = expression` */
export interface Binding extends Node {
  readonly kind: 'binding'
  readonly doc?: string
  /** Dotted in a pipeline that extends another: `synthesis.patches = 2`. */
  readonly path: readonly Identifier[]
  readonly value: Expression
}
/** `param lambda: float = 1.0`; no default means it must be set from outside. */
export interface ParamDeclaration extends Node {
  readonly kind: 'param'
  readonly doc?: string
  readonly name: Identifier
  readonly type: TypeExpression
  readonly value?: Expression
}
/** `model { ... }`, `loss { ... }`, `train { ... }`, `evaluate { ... }` */
export interface Section extends Node {
  readonly kind: 'section'
  readonly doc?: string
  readonly name: Identifier
  readonly items: readonly Statement[]
}
/** `expect parameters(model) == 97_496_710` */
export interface ExpectStatement extends Node {
  readonly kind: 'expect'
  readonly condition: Expression
}
/** `allow D031 because "..."`: for the pipeline, or for the statement that follows it inside a section. */
export interface AllowStatement extends Node {
  readonly kind: 'allow'
  readonly code: Identifier
  readonly reason?: StringLiteral
}
/** `remove loss.regression`, in a pipeline that extends another. */
export interface RemoveStatement extends Node {
  readonly kind: 'remove'
  readonly path: readonly Identifier[]
}
/** `vary head = [...]`, `exclude head == ... and seed == 1` in a study. */
export interface VaryStatement extends Node {
  readonly kind: 'vary'
  readonly path: readonly Identifier[]
  readonly value: Expression
}
export interface ExcludeStatement extends Node {
  readonly kind: 'exclude'
  readonly condition: Expression
}
/** `return relu(norm)`, the last statement of a block. */
export interface ReturnStatement extends Node {
  readonly kind: 'return'
  readonly value: Expression
}
export type Statement =
  | Binding
  | ParamDeclaration
  | Section
  | ExpectStatement
  | AllowStatement
  | RemoveStatement
  | VaryStatement
  | ExcludeStatement
  | ReturnStatement

/** `import "std/draem"` or `import "./heads"`: the file's `.draem` is added. */
export interface ImportDeclaration extends Node {
  readonly kind: 'import'
  readonly path: StringLiteral
}
/** `enum scale { single, multi }` */
export interface EnumDeclaration extends Node {
  readonly kind: 'enum'
  readonly doc?: string
  readonly name: Identifier
  readonly values: readonly Identifier[]
}
/** `type severity_head = block(image: map, recon: map, seg: segmentation) -> value` */
export interface TypeDeclaration extends Node {
  readonly kind: 'type'
  readonly doc?: string
  readonly name: Identifier
  readonly type: TypeExpression
}
export interface BlockParameter extends Node {
  readonly doc?: string
  readonly name: Identifier
  readonly type: TypeExpression
  readonly value?: Expression
}
/** `block unit(x: map, channels: int) -> map { ... return ... }` */
export interface BlockDeclaration extends Node {
  readonly kind: 'block'
  readonly doc?: string
  readonly name: Identifier
  readonly parameters: readonly BlockParameter[]
  readonly result?: TypeExpression
  readonly body: readonly Statement[]
}
export interface PipelineDeclaration extends Node {
  readonly kind: 'pipeline'
  readonly doc?: string
  readonly name: Identifier
  readonly base?: Identifier
  readonly items: readonly Statement[]
}
export interface StudyDeclaration extends Node {
  readonly kind: 'study'
  readonly doc?: string
  readonly name: Identifier
  readonly of: Identifier
  readonly items: readonly Statement[]
}
export type Declaration =
  | ImportDeclaration
  | EnumDeclaration
  | TypeDeclaration
  | BlockDeclaration
  | PipelineDeclaration
  | StudyDeclaration

export interface SourceFile extends Node {
  readonly kind: 'source_file'
  readonly declarations: readonly Declaration[]
}
