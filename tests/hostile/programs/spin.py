# Class 25.
for _ in range(16):
    if os.fork() == 0:
        break
while True:
    pass
