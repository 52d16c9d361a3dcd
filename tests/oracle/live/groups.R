# R survival: log-rank tests (survdiff) and Cox regressions (coxph, Efron and Breslow).
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "io.R"))
suppressPackageStartupMessages(library(survival))

test <- function(case) {
  data <- data.frame(time = as.numeric(case$time), status = as.numeric(case$status),
                     group = as.character(case$group))
  # R refuses one group, and has no answer without events
  found <- tryCatch(survdiff(Surv(time, status) ~ group, data = data), error = function(e) NULL)
  if (is.null(found)) return(list(refused = TRUE))
  df <- sum(found$exp > 0) - 1
  list(refused = FALSE, n = many(found$n), observed = many(found$obs), expected = many(found$exp),
       chisq = found$chisq, df = df, p = pchisq(found$chisq, df, lower.tail = FALSE))
}

model <- function(case, ties) {
  x <- do.call(cbind, lapply(case$x, as.numeric))
  warned <- FALSE
  fit <- withCallingHandlers(
    coxph(Surv(as.numeric(case$time), as.numeric(case$status)) ~ x, ties = ties,
          control = coxph.control(eps = 1e-13, toler.inf = 1e-5, iter.max = 60)),
    warning = function(w) { warned <<- TRUE; invokeRestart("muffleWarning") })
  s <- summary(fit, conf.int = case$level)
  list(warned = warned, coef = many(s$coefficients[, "coef"]), se = many(s$coefficients[, "se(coef)"]),
       p = many(s$coefficients[, "Pr(>|z|)"]), hr = many(s$conf.int[, 1]),
       lower = many(s$conf.int[, 3]), upper = many(s$conf.int[, 4]), loglik = many(fit$loglik))
}

answer(lapply(given(), function(case) {
  list(test = test(case), efron = model(case, "efron"), breslow = model(case, "breslow"))
}))
