"""Screenshots as grids of brightness, computed in the browser: no library for images is needed."""

import base64

from playwright.sync_api import Page

GRID = """async ({picture, tile}) => {
    const image = new Image(); image.src = 'data:;base64,' + picture; await image.decode()
    const columns = Math.floor(image.width / tile), rows = Math.floor(image.height / tile)
    const canvas = new OffscreenCanvas(image.width, image.height), context = canvas.getContext('2d')
    context.drawImage(image, 0, 0)
    const {data} = context.getImageData(0, 0, image.width, image.height)
    const sums = Array.from({length: rows}, () => new Array(columns).fill(0))
    for (let y = 0; y < rows * tile; y++) for (let x = 0; x < columns * tile; x++) {
        const i = 4 * (y * image.width + x)
        sums[y / tile | 0][x / tile | 0] += (0.2126 * data[i] + 0.7152 * data[i + 1] + 0.0722 * data[i + 2]) / 255
    }
    return sums.map(row => row.map(sum => sum / tile ** 2))
}"""


def brightness(page: Page, picture: bytes, tile: int) -> list[list[float]]:
    """Return the mean brightness, from 0 to 1, of each square of `tile` pixels: rows from the top."""
    grid: list[list[float]] = page.evaluate(GRID, {"picture": base64.b64encode(picture).decode(), "tile": tile})
    return grid
