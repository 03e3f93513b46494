/* The negative control: a machine whose syncs do nothing. Preloaded into the writer; the rig must then see losses. */
int fsync(int fd) { (void)fd; return 0; }
int fdatasync(int fd) { (void)fd; return 0; }
int syncfs(int fd) { (void)fd; return 0; }
