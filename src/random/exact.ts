/** Functions that give the same bits on every machine: those of `Math` beyond + - * / and sqrt differ between versions of Node. */

/** cos(pi x) for x in 0 .. 1, by the series. Within 1e-15. */
export function cosineOfPi(x: number): number {
  if (x > 0.5) return -cosineOfPi(1 - x)
  // Of the smaller of the two angles that make a right one.
  return x <= 0.25 ? series(Math.PI * x, 1, 0) : series(Math.PI * (0.5 - x), Math.PI * (0.5 - x), 1)
}

/** first - first angle^2 / 2 + ..., to the last term that matters for an angle up to pi / 4; `odd` 1 for the sine. */
function series(angle: number, first: number, odd: number): number {
  let [sum, term] = [first, first]
  for (let k = 1; k <= 10; k++) {
    term *= (-angle * angle) / ((2 * k + odd) * (2 * k + odd - 1))
    sum += term
  }
  return sum
}

/** The point of the unit circle at so many turns: [cos(2 pi turns), sin(2 pi turns)]. */
export function onCircle(turns: number): readonly [x: number, y: number] {
  const part = turns - Math.floor(turns)
  const [x, y] = part <= 0.5 ? [part, 1] : [1 - part, -1]
  // sin(2 pi t) = cos(2 pi (t - 1/4)).
  return [cosineOfPi(2 * x), y * cosineOfPi(Math.abs(2 * x - 0.5))]
}

/** base^exponent for a base from 0 on and an exponent in 0 .. 4, by square roots. Within 1e-12 for bases up to 1. */
export function power(base: number, exponent: number): number {
  if (base === 0) return exponent === 0 ? 1 : 0
  let [result, root, rest] = [1, base * base, exponent]
  for (let weight = 2; weight > 2 ** -44; weight /= 2) {
    if (rest >= weight) {
      result *= root
      rest -= weight
    }
    root = Math.sqrt(root)
  }
  return result
}

/** e^x for x from -50 to 0: the series of a small part of x, squared as often. Within 1e-12. */
export function exponential(x: number): number {
  if (x < -50) return 0
  let [sum, term] = [1, 1]
  for (let k = 1; k <= 12; k++) {
    term *= x / 128 / k
    sum += term
  }
  for (let squared = 0; squared < 7; squared++) sum *= sum
  return sum
}
