import { describe, expect, test } from 'vitest'
import type { Monitor } from '../../src/components/metrics.js'
import { optimizers, schedules } from '../../src/components/training.js'
import type { TrainPlan } from '../../src/plan/run-plan.js'
import { Schedule } from '../../src/train/schedule.js'
import { Tracking } from '../../src/train/tracking.js'
import { earlyStop, keepBest, monitor as monitorOf, withDefaults } from '../support/components.js'

const auroc = monitorOf('auroc', 'score')
const mae = monitorOf('mae', 'severity')

/** Feeds one value an epoch; gives what each validation decided. */
function follow(plan: Pick<TrainPlan, 'checkpoint' | 'early_stop'>, values: readonly number[]) {
  const tracking = new Tracking(plan)
  const verdicts = values.map((value, i) => ({
    ...tracking.validated({ epoch: i + 1, step: i + 1, metrics: {} }, () => value, `file${i + 1}`),
    stopReason: tracking.stopReason,
  }))
  return { tracking, verdicts }
}

describe('the best checkpoints', () => {
  test('the kept ones are the best, of equals the earlier', () => {
    const { tracking, verdicts } = follow({ checkpoint: keepBest(auroc, 2) }, [0.5, 0.7, 0.7, 0.6, 0.9])
    expect(verdicts.map(({ isBest }) => isBest)).toEqual([true, true, false, false, true])
    expect(verdicts.map(({ isKept }) => isKept)).toEqual([true, true, true, false, true])
    expect(tracking.state.best.map(({ file }) => file)).toEqual(['file5', 'file2'])
  })

  test('of an error the smallest is the best', () => {
    const { verdicts } = follow({ checkpoint: keepBest(mae, 1) }, [0.5, 0.6, 0.4])
    expect(verdicts.map(({ isBest }) => isBest)).toEqual([true, false, true])
  })

  test('an undefined value is never one', () => {
    const { tracking, verdicts } = follow({ checkpoint: keepBest(auroc, 1) }, [Number.NaN, 0.5, Number.NaN])
    expect(verdicts.map(({ isBest }) => isBest)).toEqual([false, true, false])
    expect(tracking.best?.epoch).toBe(2)
  })
})

describe('early stopping', () => {
  const stops = (monitor: Monitor, minDelta: number, values: readonly number[]) => {
    return (
      follow({ early_stop: earlyStop(monitor, 2, minDelta) }, values).verdicts.findIndex(
        ({ stopReason }) => stopReason !== undefined,
      ) + 1
    )
  }
  test.each([
    ['two epochs after the best', auroc, 0, [0.5, 0.6, 0.6, 0.55], 4],
    ['not while it improves', auroc, 0, [0.5, 0.6, 0.55, 0.61, 0.6, 0.62], 0],
    ['a step below min_delta is no improvement', auroc, 0.05, [0.5, 0.54, 0.549], 3],
    ['small steps that add up are one', auroc, 0.05, [0.5, 0.54, 0.56, 0.58], 0],
    ['errors fall', mae, 0.01, [0.5, 0.4, 0.395, 0.394], 4],
    ['a monitor that is never defined', auroc, 0, [Number.NaN, Number.NaN, Number.NaN], 2],
  ] as const)('%s', (_, monitor, minDelta, values, epoch) => expect(stops(monitor, minDelta, values)).toBe(epoch))

  test('goes on from its state as if it had never stopped', () => {
    const plan = { checkpoint: keepBest(auroc, 2), early_stop: earlyStop(auroc, 2) }
    const values = [0.5, 0.7, 0.6, 0.65]
    const whole = follow(plan, values)
    const { state, history } = follow(plan, values.slice(0, 3)).tracking
    const resumed = new Tracking(plan, JSON.parse(JSON.stringify(state)), history)
    const verdict = resumed.validated({ epoch: 4, step: 4, metrics: {} }, () => 0.65, 'file4')
    expect({ ...verdict, stopReason: resumed.stopReason }).toEqual(whole.verdicts[3])
    expect(resumed.state).toEqual(whole.tracking.state)
  })

  test('what it must remember does not grow with the validations', () => {
    const plan = { checkpoint: keepBest(auroc, 2), early_stop: earlyStop(auroc, 100) }
    const size = (validations: number) =>
      JSON.stringify(follow(plan, Array<number>(validations).fill(0.5)).tracking.state).length
    expect(size(99)).toBe(size(10))
  })
})

describe('what a step is fed', () => {
  const schedule = (stepsDone: number, at: readonly number[] = [], factor = 0.5): Schedule => {
    const points = at.map((epoch) => ({ epoch }))
    const learning_rate = withDefaults(schedules, 'steps', { at: points, factor })
    return new Schedule(
      { optimizer: withDefaults(optimizers, 'adamw', { lr: 1e-3 }), learning_rate, epochs: 10 },
      4,
      stepsDone,
    )
  }

  test("Adam's corrections are 1 - beta^t, t from 1", () => {
    const whole = schedule(0)
    const fed = Array.from({ length: 50 }, () => whole.next())
    fed.forEach(({ step, correction1, correction2 }, i) => {
      expect(step).toBe(i + 1)
      expect(correction1).toBeCloseTo(1 - 0.9 ** (i + 1), 12)
      expect(correction2).toBeCloseTo(1 - 0.999 ** (i + 1), 12)
    })
  })

  test('the learning rate changes at the first step after the epochs listed', () => {
    const whole = schedule(0, [2, 4])
    const rates = Array.from({ length: 20 }, () => whole.next().learning_rate)
    expect(rates.map((rate) => Number((rate / 1e-3).toPrecision(6)))).toEqual([
      ...new Array(8).fill(1),
      ...new Array(8).fill(0.5),
      ...new Array(4).fill(0.25),
    ])
  })

  test('one that goes on feeds the same bits', () => {
    const whole = schedule(0, [2, 4])
    for (let i = 0; i < 37; i++) whole.next()
    expect(schedule(37, [2, 4]).next()).toEqual(whole.next())
  })
})
