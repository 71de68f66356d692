// Steps through a recorded training run. The build has drawn its last step and written down all others: an element with
// data-cy="7" has its `cy` from column 7, which holds one value for each step; data-text is for the text of an element.
for (const figure of document.querySelectorAll("figure.steps")) {
  const columns = JSON.parse(figure.querySelector("script").textContent)
  const changes = ["class", "cx", "cy", "stroke-width", "text"].flatMap(name =>
    [...figure.querySelectorAll(`[data-${name}]`)].map(part => [part, name, columns[part.getAttribute(`data-${name}`)]]))
  const slider = figure.querySelector("input")
  const state = figure.querySelector(".steps-state")
  const play = figure.querySelector("[data-play]")
  let timer = 0

  function show(step) {
    for (const [part, name, column] of changes) {
      if (name === "text") part.textContent = column[step]
      else part.setAttribute(name, column[step])
    }
    slider.value = step
    slider.setAttribute("aria-valuetext", state.textContent)
  }

  function stop() {
    clearInterval(timer)
    timer = 0
    play.textContent = play.dataset.play
  }

  function start() {
    if (slider.value === slider.max) show(0)
    play.textContent = play.dataset.pause
    timer = setInterval(() => {
      show(+slider.value + 1)
      if (slider.value === slider.max) stop()
    }, 400)
  }

  slider.addEventListener("input", () => {
    stop()
    state.setAttribute("aria-live", "off") // the slider says it itself
    show(+slider.value)
  })
  for (const button of figure.querySelectorAll("[data-by]")) {
    button.addEventListener("click", () => {
      stop()
      state.setAttribute("aria-live", "polite")
      show(Math.min(Math.max(+slider.value + +button.dataset.by, 0), +slider.max))
    })
  }
  play.addEventListener("click", () => {
    state.setAttribute("aria-live", "off") // too fast to be read out
    timer ? stop() : start()
  })
  show(+slider.value)
  figure.querySelector(".steps-controls").hidden = false
}
