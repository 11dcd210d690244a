package scalr

import (
	"errors"
	"sync"
)

// budget limits the retries of the whole process, so that an outage causes no
// storm of requests. The figures are those of the AWS SDKs. A call that succeeds
// in the end returns what it spent: the outage is over, and the next one has the
// whole budget again.
type budget struct {
	mu     sync.Mutex
	tokens int
}

const (
	budgetMost   = 500
	priceFailed  = 5
	priceTimeOut = 10
)

func newBudget() *budget { return &budget{tokens: budgetMost} }

// price is what it costs to try again after the error.
func price(err error) int {
	var e *Error
	if errors.As(err, &e) && e.Network == TimedOut {
		return priceTimeOut
	}
	return priceFailed
}

// spend reports whether there was enough left.
func (b *budget) spend(price int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.tokens < price {
		return false
	}
	b.tokens -= price
	return true
}

// earn gives back what a call that succeeded had spent, and a token to one that
// needed nothing.
func (b *budget) earn(spent int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = min(b.tokens+max(spent, 1), budgetMost)
}
