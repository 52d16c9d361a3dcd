# JSON on stdin, JSON on stdout: NA, NaN and Inf become null, vectors stay arrays.
suppressPackageStartupMessages(library(jsonlite))
given <- function() {
  fromJSON(paste(readLines(file("stdin"), warn = FALSE), collapse = "\n"),
           simplifyVector = TRUE, simplifyDataFrame = FALSE, simplifyMatrix = FALSE)
}
answer <- function(value) cat(toJSON(value, digits = I(17), na = "null", auto_unbox = TRUE))
# a vector that stays an array whatever its length; what is not finite is not estimable
many <- function(x) I(ifelse(is.finite(x), as.numeric(x), NA_real_))
