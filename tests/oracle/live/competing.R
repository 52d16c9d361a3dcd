# R cmprsk: cumulative incidence and its variance at each time; R survival: its estimate again.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "io.R"))
suppressPackageStartupMessages({library(cmprsk); library(survival)})

answer(lapply(given(), function(case) {
  time <- as.numeric(case$time)
  fit <- cuminc(time, as.numeric(case$cause), cencode = 0)
  at <- timepoints(fit, sort(unique(time)))
  aj <- survfit(Surv(time, factor(case$cause, 0:2)) ~ 1)
  list(estimate = many(at$est["1 1", ]), variance = many(at$var["1 1", ]),
       time = many(aj$time), aalen_johansen = many(aj$pstate[, aj$states == "1"]))
}))
