/** The TensorFlow release that the binding is compiled against, and where each platform's build of it is pinned. */
export const tensorflowVersion = '2.21.0'
export const bindingVersion = '4.22.0'

export type Device = 'cpu' | 'cuda'

export interface Release {
  readonly device: Device
  /** `process.platform`-`process.arch`. */
  readonly platform: string
  /** Name on the Python registry. */
  readonly distribution: 'tensorflow' | 'tensorflow-cpu'
  /** Platform tag that pip is asked for. */
  readonly platformTag: string
  readonly sha256: string
  /** Size of the wheel, for the progress bar. */
  readonly wheelBytes: number
}

/** The Python version of the wheel; nothing of Python is used of it, but a tag must be named. */
export const wheelPythonVersion = '3.12'

const releases: readonly Release[] = [
  {
    device: 'cpu',
    platform: 'linux-x64',
    distribution: 'tensorflow-cpu',
    platformTag: 'manylinux_2_27_x86_64',
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
    wheelBytes: 274_000_871,
  },
  {
    device: 'cpu',
    platform: 'linux-arm64',
    distribution: 'tensorflow',
    platformTag: 'manylinux_2_27_aarch64',
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
    wheelBytes: 260_000_000,
  },
  {
    device: 'cuda',
    platform: 'linux-x64',
    distribution: 'tensorflow',
    platformTag: 'manylinux_2_27_x86_64',
    sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
    wheelBytes: 620_000_000,
  },
]

export function thisPlatform(): string {
  return `${process.platform}-${process.arch}`
}

/** The pinned build for a device on this platform, or undefined where TensorFlow publishes none that draemc has tried. */
export function findRelease(device: Device, platform: string = thisPlatform()): Release | undefined {
  return releases.find((release) => release.device === device && release.platform === platform)
}

/** Name of an engine and of its folder in the cache. */
export function engineName(device: Device, platform: string = thisPlatform()): string {
  return `tensorflow-${tensorflowVersion}-${device}-${platform}`
}
