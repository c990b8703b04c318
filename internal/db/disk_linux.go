package db

import (
	"syscall"

	"medborgarnavet/internal/fault"
)

// networkDisks are the statfs(2) magic numbers of file systems on which
// SQLite's locks and shared memory cannot be trusted.
var networkDisks = map[int64]string{
	0x6969:     "NFS",
	0x517B:     "SMB",
	0xFF534D42: "CIFS",
	0xFE534D42: "SMB2",
}

// refuseNetworkDisk refuses a directory on a network file system.
func refuseNetworkDisk(dir string) error {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return fault.Wrap(fault.Unavailable, err, "db: directory of the database")
	}
	if name := networkDisks[int64(fs.Type)&0xFFFFFFFF]; name != "" {
		return fault.New(fault.Invalid, "db: the database lies on %s; SQLite needs a local disk", name)
	}
	return nil
}
