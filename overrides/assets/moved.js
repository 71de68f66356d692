// A page that has moved leads on: to where the anchor that was asked for is now, or to the same anchor of the new page.
const asked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)))
const first = document.querySelector("a")
location.replace(asked ? asked.href : first.href.includes("#") ? first.href : first.href + location.hash)
