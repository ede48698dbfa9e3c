import { Text } from 'ink'
import type { ReactNode } from 'react'
import { formatDuration, formatLoss, formatMetric } from '../report/format.js'
import { bar, sparkline } from './bar.js'

/** Each component here is one terminal row: it never wraps, so heights are known before drawing. */
export function Row({ children }: { readonly children?: ReactNode }) {
  return <Text wrap="truncate-end">{children ?? ' '}</Text>
}

export function Title(props: {
  readonly name: string
  readonly doing: string
  readonly colour: string
  readonly elapsed?: number
}) {
  return (
    <Row>
      <Text bold>{props.name}</Text>
      {'  '}
      <Text color={props.colour}>{props.doing}</Text>
      {props.elapsed === undefined ? '' : <Text dimColor>{`  ${formatDuration(props.elapsed)}`}</Text>}
    </Row>
  )
}

export function Progress(props: {
  readonly label: string
  readonly done: number
  readonly total: number
  /** Of the bar, where it is finer than the count. */
  readonly share?: number
  readonly width: number
  readonly after?: string
}) {
  const { filled, empty } = bar(props.share ?? (props.total > 0 ? props.done / props.total : 0), props.width)
  const counts = `${props.done}/${props.total}`
  return (
    <Row>
      {props.label.padEnd(labelWidth)}
      <Text color="cyan">{filled}</Text>
      <Text dimColor>{empty}</Text>
      {` ${counts}`.padEnd(13)}
      <Text dimColor>{props.after ?? ''}</Text>
    </Row>
  )
}

export const labelWidth = 10

export function Loss(props: {
  readonly name: string
  readonly nameWidth: number
  readonly value: number
  readonly recent: readonly number[]
  readonly width: number
  readonly isTotal: boolean
}) {
  return (
    <Row>
      <Text bold={props.isTotal}>
        {props.name.padEnd(props.nameWidth)} {formatLoss(props.value).padStart(9)}
      </Text>
      {'  '}
      <Text color={props.isTotal ? 'cyan' : 'gray'}>{sparkline(props.recent, props.width)}</Text>
    </Row>
  )
}

export function Metric(props: {
  readonly name: string
  readonly nameWidth: number
  readonly value: number | null
  readonly best?: { readonly value: number; readonly epoch: number }
  readonly isBest: boolean
}) {
  return (
    <Row>
      {props.name.padEnd(props.nameWidth)} {formatMetric(props.value).padStart(9)}
      {'  '}
      {props.best === undefined ? (
        ''
      ) : props.isBest ? (
        <Text color="green">★ best so far</Text>
      ) : (
        <Text dimColor>{`best ${formatMetric(props.best.value)} in epoch ${props.best.epoch}`}</Text>
      )}
    </Row>
  )
}

export function Heading({ children }: { readonly children: string }) {
  return (
    <Row>
      <Text dimColor>{children}</Text>
    </Row>
  )
}

export function Message(props: { readonly colour: string; readonly label: string; readonly children: string }) {
  return (
    <Row>
      <Text color={props.colour}>{props.label}</Text> {props.children}
    </Row>
  )
}
