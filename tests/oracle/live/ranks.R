# exactRankTests and coin: exact signed-rank and rank-sum tests with ties; p.adjust.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "io.R"))
suppressPackageStartupMessages({library(exactRankTests); library(coin)})

answer(lapply(given(), function(case) {
  d <- as.numeric(case$d); a <- as.numeric(case$a); b <- as.numeric(case$b)
  signed <- suppressWarnings(wilcox.exact(d, exact = TRUE))
  zero <- rep(0, length(d))
  pratt <- pvalue(wilcoxsign_test(d ~ zero, distribution = "exact", zero.method = "Pratt"))
  group <- factor(rep(c("a", "b"), c(length(a), length(b))))
  list(V = unname(signed$statistic), p = signed$p.value, pratt = as.numeric(pratt),
       rank_sum = as.numeric(pvalue(wilcox_test(c(a, b) ~ group, distribution = "exact"))),
       U = unname(suppressWarnings(wilcox.exact(a, b, exact = TRUE))$statistic),
       normal = suppressWarnings(wilcox.test(d, exact = FALSE, correct = TRUE))$p.value,
       normal_sum = suppressWarnings(wilcox.test(a, b, exact = FALSE, correct = TRUE))$p.value,
       q = many(p.adjust(as.numeric(case$ps), "BH")), k = qsignrank(0.025, length(d)))
}))
