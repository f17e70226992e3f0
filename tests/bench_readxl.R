# A peer of the benchmark, see bench_readers.py: SHEET and the first row as arguments, paths as lines of the standard
# input. Prints the sums of columns D and E of 200 rows, a row a line.
asked <- commandArgs(trailingOnly = TRUE)
range <- cellranger::cell_limits(c(as.integer(asked[2]), 4), c(as.integer(asked[2]) + 199L, 5))
total <- NULL
for (path in readLines(file("stdin"))) {
  table <- suppressWarnings(readxl::read_excel(
    path, asked[1], range, col_names = FALSE, col_types = "numeric", .name_repair = "minimal"
  ))
  numbers <- as.matrix(table)
  numbers[is.na(numbers)] <- 0
  total <- if (is.null(total)) numbers else total + numbers
}
write(format(t(total), scientific = FALSE, trim = TRUE), stdout(), ncolumns = 2)
