# R's share of benchmarks/metrics_scale.py: reads file names and round counts, prints CPU seconds.
# Each line of stdin: what file rounds; the file holds n doubles of time, then n of status.
suppressPackageStartupMessages(library(survival))
for (line in readLines(file("stdin"))) {
  part <- strsplit(line, " ")[[1]]
  n <- as.integer(part[4])
  data <- readBin(part[2], "double", 2 * n)
  time <- data[1:n]; status <- data[(n + 1):(2 * n)]
  group <- rep_len(c("a", "b"), n)
  run <- switch(part[1],
    curve = function() {
      fit <- survfit(Surv(time, status) ~ 1, conf.type = "log-log")
      quantile(fit, c(0.25, 0.5, 0.75))
    },
    logrank = function() survdiff(Surv(time, status) ~ group))
  invisible(run())
  used <- sapply(seq_len(as.integer(part[3])), function(i) {
    start <- proc.time(); run(); spent <- proc.time() - start
    spent[["user.self"]] + spent[["sys.self"]]
  })
  cat(part[1], paste(used, collapse = " "), "\n")
}
