import { describe, expect, it } from 'vitest'
import { editDistance, suggest } from '../../src/diagnostics/suggest.js'

describe('editDistance', () => {
  it.each([
    ['sevnet', 'sevnet', 0],
    ['sevent', 'sevnet', 1],
    ['kitten', 'sitting', 3],
    ['', 'abc', 3],
    ['ca', 'abc', 3],
  ])('%s to %s is %i', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance)
    expect(editDistance(b, a)).toBe(distance)
  })
})

describe('suggest', () => {
  it('finds what was most likely meant', () => {
    expect(suggest('sevent', ['severity_cnn', 'sevnet'])).toBe('sevnet')
    expect(suggest('Domain_A', ['domain_B', 'domain_A'])).toBe('domain_A')
  })

  it('says nothing where nothing is near', () => {
    expect(suggest('abnormal', ['normal'])).toBeUndefined()
    expect(suggest('adawm', ['adam', 'adamw'])).toBe('adamw')
    expect(suggest('a', ['b', 'xy'])).toBeUndefined()
    expect(suggest('width', ['height', 'ratio'])).toBeUndefined()
  })
})
