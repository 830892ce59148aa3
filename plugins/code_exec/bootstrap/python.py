# Called with the names of what the program is going to import and takes long to.
# Runs the program that waits at descriptor 3 as `python -c` would: as
# __main__, with sys.argv == ['-c'] and the working directory importable. Beyond
# that, the value of a last bare expression goes to descriptor 4 as its repr, and
# tracebacks show source lines. Imports are few: each costs a run a millisecond.
def _collet(wanted):
    import sys, _ast, _weakref, gc, posix
    def hide_collector():  # a program that asks for it may hide objects, and is known by asking
        sys.modules.pop('gc', None)
    hide_collector()
    posix.set_inheritable(4, False)
    sys.argv[:] = ['-c']
    sys.path.insert(0, '')
    def add_packages():
        try:
            if '/packages' not in sys.path and posix.listdir('/packages'):
                sys.path.append('/packages')
        except OSError:
            pass
    names = sys.modules['__main__'].__dict__
    names.pop('_collet', None)
    import builtins
    if not hasattr(builtins, 'exit'):  # started without `site`
        import _sitebuiltins
        builtins.exit = _sitebuiltins.Quitter('exit', 'Ctrl-D (i.e. EOF)')
        builtins.quit = _sitebuiltins.Quitter('quit', 'Ctrl-D (i.e. EOF)')

    is_over = False
    def show(kind, error, trace):
        import linecache, traceback
        linecache.cache['<string>'] = (len(source), None, source.splitlines(True), '<string>')
        trace = trace and trace.tb_next  # the line that started this file
        while trace and trace.tb_frame.f_code.co_filename == '<collet>':
            trace = trace.tb_next
        error.__traceback__ = trace
        traceback.print_exception(kind, error, trace)
        if is_over:
            undo()

    def save_figures():
        plot = sys.modules.get('matplotlib.pyplot')
        if plot is None:
            return
        try:
            if posix.listdir('/out'):  # the program has saved what it wants to
                return
            for number in plot.get_fignums():
                plot.figure(number).savefig(f'/out/figure-{number}.png')
        except Exception:
            pass  # no room, or no figure that can be drawn: the program's own result stands

    def show_value(value):
        try:
            text = repr(value).encode('utf-8', 'replace')
            # Its full length in front: the reader sees by it what was left out.
            data = b'%d\n' % len(text) + text[:65500]
            while data:
                data = data[posix.write(4, data):]
        except Exception:
            pass  # no repr, or the program closed descriptor 4: no result then

    # Whether an object ends with more than its memory: a method __del__, a generator that
    # is not through, a file. By what the type itself holds: a program may have attributes
    # that are worked out, and none of its code is to run here.
    names_of = type.__dict__['__dict__'].__get__
    bases_of = type.__dict__['__mro__'].__get__
    flags_of = type.__dict__['__flags__'].__get__
    def has_end(kind):
        return any('__del__' in names_of(base) for base in bases_of(kind))

    # Somebody is told of an object's end. The standard library keeps its books that way.
    reference = type(_weakref.ref(show))
    callback_of = reference.__dict__['__callback__'].__get__
    def is_watching(watcher):
        callback = callback_of(watcher)
        if callback is None or type(callback) is type(len):
            return False
        home = callback.__module__ if type(callback) is type(show) else names_of(type(callback)).get('__module__')
        return type(home) is not str or home not in sys.stdlib_module_names

    def is_plain(thing, kind):
        if issubclass(kind, type) and not flags_of(thing) & 1 << 14:  # the collector does not know what is made of it
            return not has_end(thing) and not has_end(kind)
        return not has_end(kind) and not (issubclass(kind, reference) and is_watching(thing))

    def count_descriptors():
        return posix.stat('/proc/self/fd').st_size or len(posix.listdir('/proc/self/fd')) - 1  # before Linux 6.2 it has no size

    # Whether the interpreter's own end would do nothing that anybody could see. What was
    # there before the program is frozen, so it is not among what the collector tells of.
    plain = set(map(id, (dict, list, tuple, set, frozenset, property, type(show), type(len), type(sys), type(show.__code__))))
    def nothing_is_left():
        if 'gc' in sys.modules or '_xxsubinterpreters' in sys.modules or sys.gettrace() or sys.getprofile():
            return False
        if sys.stdout is not sys.__stdout__ or sys.stderr is not sys.__stderr__:
            return False
        left = gc.get_objects()
        strange = set(map(id, map(type, left))) - plain
        for thing in left if strange else ():
            kind = type(thing)
            if id(kind) not in strange:
                continue
            if not is_plain(thing, kind):
                return False
            if not issubclass(kind, (type, reference)):  # of those each is looked at
                strange.discard(id(kind))
        return count_descriptors() <= 4  # 0, 1, 2 and 4; a library may have more to write

    # Before the interpreter's own end: it would not find what is frozen, nor let go of what
    # this function and so the program's globals hang on.
    def undo():
        gc.unfreeze()
        if sys.excepthook is show:
            sys.excepthook = sys.__excepthook__

    # What the interpreter does at its end, without taking itself apart, which would be
    # more than a short run. Where that could be seen it is done.
    def leave(status):
        try:
            if 'threading' in sys.modules:
                sys.modules['threading']._shutdown()
            if 'atexit' in sys.modules:
                sys.modules['atexit']._run_exitfuncs()
            if nothing_is_left():
                sys.stdout.flush()
                sys.stderr.flush()
                posix._exit(status)
        except BaseException:
            pass
        undo()

    sys.excepthook = show
    # What two copies of this process must not have in common.
    def renew():
        if 'ctypes' in sys.modules:
            sys.modules['ctypes'].pythonapi.PyOS_AfterFork_Child()  # as os.fork() ends
        elif 'random' in sys.modules:
            sys.modules['random'].seed()
        if 'numpy.random' in sys.modules:
            sys.modules['numpy.random'].seed()

    def compile_all(text, mode):
        return compile(text, '<string>', mode, 0, True)

    # The program without its last statement, and that one if it is a bare expression. A
    # syntax tree tells, at the price of the compilation itself. Mostly there is no need:
    # where a line begins at the margin, and both what is before it and the line alone can
    # be compiled, nothing is open between them.
    def prepare(text):
        try:
            whole = text.rstrip()
            at = whole.rfind('\n') + 1
            if '\r' not in text and whole[at:at + 1] not in ' \t\f)]}#':
                last = compile_all('\n' * text.count('\n', 0, at) + whole[at:], 'eval')
                return compile_all(text[:at], 'exec'), last
        except Exception:
            pass
        tree = compile(text, '<string>', 'exec', _ast.PyCF_ONLY_AST, True)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], _ast.Expr) else None
        return compile_all(tree, 'exec'), last and compile_all(_ast.Expression(last.value), 'eval')

    # What the first program would pay for: pages, small things made late.
    def rehearse():
        rehearsal = {}
        for code in prepare('def f(x):\n  return [str(x)]\nf(1)\nf(2)'):
            eval(code, rehearsal)
        sys.stdout.write('')
        sys.stdout.flush()
        nothing_is_left()

    def is_there():
        return posix.fstat(3).st_mode & 0o170000 == 0o100000  # a file: nobody waits

    if not is_there():  # started ahead, with time to spare
        add_packages()
        for package in wanted:
            try:
                __import__(package)
            except Exception:
                pass  # not installed, or broken: the program will see for itself
        hide_collector()
        rehearse()
        gc.freeze()
        # Whoever is to be copied stops here, and its copies go on from here.
        is_copy = posix.fstat(3).st_mode & 0o170000 == 0o140000
        if is_copy:
            posix.read(3, 0)
            renew()
            if not is_there():
                rehearse()
    # Whoever starts this ahead of its program waits here.
    parts = []
    while part := posix.read(3, 65536):
        parts.append(part)
    posix.close(3)
    source = b''.join(parts).decode('utf-8', 'replace') + '\n'  # as `-c` has it
    add_packages()
    if source.startswith('\ufeff'):
        source = source[1:]
    body, last = prepare(source)
    value, status = None, 0
    gc.freeze()
    try:
        exec(body, names)
        if last is not None:
            value = eval(last, names)
    except BaseException as end:
        code = end.code if type(end) is SystemExit else ''
        if code is not None and (type(code) is not int or not 0 <= code <= 255):
            gc.unfreeze()
            is_over = True
            raise
        status = code or 0
    finally:
        save_figures()
    if value is not None:
        show_value(value)
    value = body = last = None
    leave(status)
    if status:
        sys.exit(status)
