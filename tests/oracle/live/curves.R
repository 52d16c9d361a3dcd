# R survival: survfit under three kinds of interval, its quantiles, rates, numbers at risk and means.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "io.R"))
suppressPackageStartupMessages(library(survival))

one <- function(case, conf) {
  data <- data.frame(time = as.numeric(case$time), status = as.numeric(case$status))
  fit <- survfit(Surv(time, status) ~ 1, data = data, conf.type = conf, conf.int = case$level)
  q <- quantile(fit, probs = case$probs)
  at <- summary(fit, times = case$at, extend = TRUE)
  list(time = many(fit$time), n_at_risk = many(fit$n.risk), n_event = many(fit$n.event),
       n_censored = many(fit$n.censor), survival = many(fit$surv),
       se = many(fit$surv * fit$std.err), lower = many(fit$lower), upper = many(fit$upper),
       quantile = many(q$quantile), quantile_lower = many(q$lower), quantile_upper = many(q$upper),
       at_survival = many(at$surv), at_lower = many(at$lower), at_upper = many(at$upper),
       at_risk = many(at$n.risk))
}

means <- function(case) {
  data <- data.frame(time = as.numeric(case$time), status = as.numeric(case$status))
  fit <- survfit(Surv(time, status) ~ 1, data = data)
  rows <- lapply(case$tau, function(tau) summary(fit, rmean = tau)$table)
  list(rmst = many(sapply(rows, function(r) r[["rmean"]])),
       rmst_se = many(sapply(rows, function(r) r[["se(rmean)"]])))
}

answer(lapply(given(), function(case) {
  kinds <- c("log-log", "log", "plain")
  c(setNames(lapply(kinds, function(k) one(case, k)), kinds), list(means = means(case)))
}))
