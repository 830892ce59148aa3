# Class 25.
16.times { fork { loop {} } }
loop {}
