package record
import ("testing";"os")
func TestDump(t *testing.T){ f:=folderWith(t); recordOnce(t,f); os.WriteFile("/tmp/life.out",[]byte(read(t,f,life)),0o644)}
