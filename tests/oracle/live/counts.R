# Base R: binom.test, prop.test without correction, Jeffreys by qbeta, one-sided exact p values.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "io.R"))

answer(lapply(given(), function(case) {
  x <- case$x; n <- case$n; tail <- (1 - case$level) / 2
  exact <- binom.test(x, n, conf.level = case$level)
  score <- suppressWarnings(prop.test(x, n, conf.level = case$level, correct = FALSE))
  list(estimate = unname(exact$estimate), exact = many(exact$conf.int), wilson = many(score$conf.int),
       jeffreys = many(qbeta(c(tail, 1 - tail), x + 0.5, n - x + 0.5)),
       p_greater = binom.test(x, n, p = case$p0, alternative = "greater")$p.value)
}))
