/**
 * cos(pi x) for x in 0 .. 1, by the series alone: `Math.cos` differs between versions of Node, and a resumed run must feed the very
 * same bits. Within 1e-15.
 */
export function cosineOfPi(x: number): number {
  if (x > 0.5) return -cosineOfPi(1 - x)
  // Of the smaller of the two angles that make a right one.
  return x <= 0.25 ? series(Math.PI * x, 1, 0) : series(Math.PI * (0.5 - x), Math.PI * (0.5 - x), 1)
}

/** sum of first (-1)^k angle^(2k) / ((2k + odd)! / odd!), to the last term that matters for an angle up to pi / 4. */
function series(angle: number, first: number, odd: number): number {
  let [sum, term] = [first, first]
  for (let k = 1; k <= 10; k++) {
    term *= (-angle * angle) / ((2 * k + odd) * (2 * k + odd - 1))
    sum += term
  }
  return sum
}
