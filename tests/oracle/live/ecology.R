# vegan: diversity, estimateR, rarefy, vegdist, adonis2 and betadisper; cmdscale for coordinates.
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(), value = TRUE)))
source(file.path(here, "io.R"))
suppressPackageStartupMessages({library(vegan); library(permute)})

table_of <- function(case) do.call(rbind, lapply(case$counts, as.numeric))

answer(lapply(given(), function(case) {
  counts <- table_of(case)
  shares <- decostand(counts, "total")
  distances <- list(bray = vegdist(shares, "bray"),
                    aitchison = vegdist(counts, "aitchison", pseudocount = 0.5))
  shannon <- diversity(counts)
  of_distance <- lapply(distances, function(d) {
    # eig of cmdscale holds all eigenvalues whatever k is
    eigen <- cmdscale(d, k = 1, eig = TRUE)$eig
    data <- data.frame(group = factor(case$group), patient = factor(case$patient))
    design <- if (case$paired) how(blocks = data$patient, complete = TRUE, maxperm = 1e5) else how(nperm = 9)
    made <- suppressMessages(adonis2(d ~ group, data = data, permutations = design))
    spread <- suppressWarnings(betadisper(d, data$group, type = "median"))
    list(d = many(d), eigen = many(eigen), F = made$F[1], R2 = made$R2[1],
         p = if (case$paired) made[["Pr(>F)"]][1] else NULL,
         dispersion = anova(spread)[["F value"]][1],
         distance = many(tapply(spread$distances, data$group, mean)))
  })
  list(shannon = many(shannon), simpson = many(diversity(counts, "simpson")),
       pielou = many(shannon / log(specnumber(counts))), observed = many(specnumber(counts)),
       chao1 = many(estimateR(counts)["S.chao1", ]),
       rarefied = many(suppressWarnings(rarefy(counts, case$depth))), by = of_distance)
}))
